using FolderSync.Api.Http;
using FolderSync.Contracts;
using FolderSync.Platform;

namespace FolderSync.Api.Extensions;

/// <summary>Lists directories on this computer for a directory picker.</summary>
internal static class PathRoutes
{
    private const int MaxItems = 200;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/paths", (string? path) => JsonResults.Of(Complete(path ?? ""), JsonResults.Json.PathList))
        .Produces<PathList>().WithSummary("Directories that complete a path, and whether the path exists and is writable.");

    private static PathList Complete(string text)
    {
        if (text.Contains('\0'))
            return new PathList([], "A path can't hold a NUL.", false, false, null);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var path = text.Length == 0 ? home + Path.DirectorySeparatorChar
            : text == "~" || text.StartsWith("~/", StringComparison.Ordinal) || text.StartsWith("~\\", StringComparison.Ordinal) ? home + text[1..]
            : text;
        if (!Path.IsPathFullyQualified(path))
            return new PathList([], $"Write the whole path, such as '{Path.Combine(home, "Documents")}'.", false, false, null);
        try
        {
            var exists = Directory.Exists(path);
            return new PathList(Items(path), File.Exists(path) ? $"'{text}' is a file; a directory is required." : null, exists, IsWritable(path), Free(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new PathList([], e.Message, Directory.Exists(path), false, null);
        }
    }

    private static IReadOnlyList<string> Items(string path)
    {
        var cut = path.LastIndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        var (parent, begun) = (path[..(cut + 1)], path[(cut + 1)..]);
        if (!Directory.Exists(parent))
            return [];
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.System, MatchType = MatchType.Simple };
        return [.. Directory.EnumerateDirectories(parent, "*", options)
            .Select(d => Path.GetFileName(d)!)
            .Where(n => n.StartsWith(begun, StringComparison.OrdinalIgnoreCase) && (begun.StartsWith('.') || !n.StartsWith('.')))
            .Order(StringComparer.OrdinalIgnoreCase)
            .Take(MaxItems)
            .Select(n => parent + n)];
    }

    /// <summary>Checks the nearest existing parent directory. Asks the system instead of writing a test file, which would leave traces.</summary>
    private static bool IsWritable(string path)
    {
        var directory = Existing(path);
        if (directory is null)
            return false;
        if (OperatingSystem.IsWindows())
            return (File.GetAttributes(directory) & FileAttributes.ReadOnly) == 0 || Directory.Exists(directory);
        return DirectoryAccess.CanWrite(directory);
    }

    private static long? Free(string path)
    {
        try
        {
            return Existing(path) is { } directory ? new DriveInfo(directory).AvailableFreeSpace : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static string? Existing(string path)
    {
        for (var at = Path.GetFullPath(path); at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at))
                return at;
        }
        return null;
    }
}
