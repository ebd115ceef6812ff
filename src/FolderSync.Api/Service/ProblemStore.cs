using System.Text.Json;
using System.Text.Json.Serialization;
using FolderSync.Index;

namespace FolderSync.Api.Service;

/// <summary>A problem that the user should see, however old it is.</summary>
/// <param name="Severity">"error" or "warning".</param>
public sealed record TrackedProblem(long Id, DateTimeOffset Time, string? Folder, string? Device, string Text, string Severity, bool Acknowledged);

/// <summary>Problems that stay until the user acknowledges them, also after restarts; bounded. Thread-safe.</summary>
public sealed class ProblemStore(IStateStore state, TimeProvider time)
{
    public const int Kept = 200;
    private const int MaxText = 2000;
    private const string Document = "problems";

    private readonly Lock _lock = new();
    private List<TrackedProblem>? _problems;

    /// <summary>All problems, latest first.</summary>
    public IReadOnlyList<TrackedProblem> All()
    {
        lock (_lock)
            return [.. Loaded().AsEnumerable().Reverse()];
    }

    /// <summary>Adds a problem unless the same text is already there unacknowledged.</summary>
    public void Add(string severity, string text, string? folder = null, string? device = null)
    {
        text = text.Length > MaxText ? text[..MaxText] : text;
        lock (_lock)
        {
            var all = Loaded();
            if (all.Any(p => !p.Acknowledged && p.Folder == folder && p.Device == device && p.Text == text))
                return;
            all.Add(new TrackedProblem(all.Count == 0 ? 1 : all[^1].Id + 1, time.GetUtcNow(), folder, device, text, severity, false));
            while (all.Count > Kept)
                all.RemoveAt(all.FindIndex(p => p.Acknowledged) is var i and >= 0 ? i : 0);
            Save(all);
        }
    }

    /// <summary>Removes a problem that has been resolved.</summary>
    public void Resolve(string text, string folder)
    {
        text = text.Length > MaxText ? text[..MaxText] : text;
        lock (_lock)
        {
            var all = Loaded();
            var at = all.FindIndex(p => !p.Acknowledged && p.Folder == folder && p.Text == text);
            if (at < 0)
                return;
            all[at] = all[at] with { Acknowledged = true };
            Save(all);
        }
    }

    /// <param name="id">Null for all of them.</param>
    /// <returns>The number of problems that were not acknowledged before.</returns>
    public int Acknowledge(long? id)
    {
        lock (_lock)
        {
            var all = Loaded();
            var count = 0;
            for (var i = 0; i < all.Count; i++)
            {
                if (all[i].Acknowledged || (id is { } one && all[i].Id != one))
                    continue;
                all[i] = all[i] with { Acknowledged = true };
                count++;
            }
            if (count > 0)
                Save(all);
            return count;
        }
    }

    public bool Contains(long id)
    {
        lock (_lock)
            return Loaded().Any(p => p.Id == id);
    }

    private List<TrackedProblem> Loaded()
    {
        if (_problems is not null)
            return _problems;
        try
        {
            _problems = state.GetDocument(Document) is { } json ? JsonSerializer.Deserialize(json, ProblemJson.Default.ListTrackedProblem) : null;
        }
        catch (JsonException)
        {
            // Written by another version.
        }
        return _problems ??= [];
    }

    /// <summary>If the home directory is not writable, the problem stays in memory and is stored with the next one.</summary>
    private void Save(List<TrackedProblem> all)
    {
        try
        {
            state.PutDocument(Document, JsonSerializer.Serialize(all, ProblemJson.Default.ListTrackedProblem));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The store has logged it.
        }
    }
}

[JsonSerializable(typeof(List<TrackedProblem>))]
internal sealed partial class ProblemJson : JsonSerializerContext;
