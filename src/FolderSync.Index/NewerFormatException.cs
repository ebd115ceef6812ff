using System.Reflection;

namespace FolderSync.Index;

/// <summary>A store has a format that only a newer FolderSync reads. It is refused unchanged, and not put aside either.</summary>
/// <param name="what">Starts the sentence: "The index", "The state".</param>
/// <param name="format">The store's format.</param>
/// <param name="newest">The newest format that this program reads.</param>
public sealed class NewerFormatException(string what, string path, long format, int newest) : IOException(
    $"{what} '{path}' has format {format}, written by a newer FolderSync. FolderSync {Version} reads formats up to {newest}; install the newer version again. Nothing was changed.")
{
    private static readonly string Version =
        typeof(NewerFormatException).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
