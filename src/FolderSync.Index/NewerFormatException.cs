using System.Reflection;

namespace FolderSync.Index;

/// <summary>A store of the home has a format that only a newer FolderSync reads. It is refused as it stands: nothing of it was changed or put aside.</summary>
/// <param name="what">Begins the sentence: "The index", "The state".</param>
/// <param name="format">What the store says of itself.</param>
/// <param name="newest">The newest that this program reads.</param>
public sealed class NewerFormatException(string what, string path, long format, int newest) : IOException(
    $"{what} '{path}' has format {format}, written by a newer FolderSync. FolderSync {Version} reads formats up to {newest}; install the newer version again. Nothing was changed.")
{
    private static readonly string Version =
        typeof(NewerFormatException).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
