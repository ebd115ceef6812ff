using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FolderSync.Engine.Hosting;

/// <summary>
/// A document of the state store that its owner can do without: one that can't be read counts as absent, and one that can't be written is known while
/// the service runs (<see cref="BestEffortState"/> says what isn't kept).
/// </summary>
/// <param name="name">Its name in the state store.</param>
internal sealed class StoredDocument<T>(EngineParts parts, string name, JsonTypeInfo<T> type)
    where T : class
{
    /// <summary>Null where there is none.</summary>
    public T? Read()
    {
        try
        {
            return parts.State.GetDocument(name) is { } text ? JsonSerializer.Deserialize(text, type) : null;
        }
        catch (Exception e) when (e is JsonException || e is FormatException || e is IOException)
        {
            return null;
        }
    }

    public void Write(T content)
    {
        try
        {
            parts.State.PutDocument(name, JsonSerializer.Serialize(content, type));
        }
        catch (Exception e) when (e is IOException || e is UnauthorizedAccessException)
        {
            // A full or read-only home.
        }
    }
}
