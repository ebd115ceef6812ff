using System.IO.Enumeration;
using FolderSync.Api.Http;
using FolderSync.Configuration.Home;

namespace FolderSync.Api.Rest;

/// <summary>/rest/system/browse: directories that complete a path. It only lists names, of what the service's user may list.</summary>
internal static class DirectoryRoutes
{
    private const int MaxListed = 1000;

    private static readonly EnumerationOptions Quietly = new() { IgnoreInaccessible = true, AttributesToSkip = 0, ReturnSpecialDirectories = false };

    public static void Map(RouteGroupBuilder rest) =>
        rest.MapGet("/system/browse", (string? current) => RestJson.Of([.. Browse(current)], RestJson.Types.IReadOnlyListString));

    private static IEnumerable<string> Browse(string? current)
    {
        if (string.IsNullOrEmpty(current))
            return OperatingSystem.IsWindows() ? [.. DriveInfo.GetDrives().Select(d => d.Name)] : ["/"];
        if (current.Contains('\0', StringComparison.Ordinal) || current.Split('/', Path.DirectorySeparatorChar).Contains(".."))
            throw new BadHttpRequestException("Write the path without '..'.");
        if (current == "~" || current.StartsWith("~/", StringComparison.Ordinal))
            current = HomeDirectory.OfUser + current[1..];
        if (!Path.IsPathRooted(current))
            return [];
        var cut = current.LastIndexOfAny(['/', Path.DirectorySeparatorChar]) + 1;
        var (parent, start) = (current[..cut], current[cut..]);
        try
        {
            var matching = Directory.EnumerateDirectories(parent, "*", Quietly).Select(d => Path.GetFileName(d)!).Where(d => Matches(d, start)).Take(10 * MaxListed).ToList();
            // As it was typed first, then in whatever case.
            return matching.OrderBy(d => d.StartsWith(start, StringComparison.Ordinal) ? 0 : 1).ThenBy(d => d, StringComparer.Ordinal)
                .Take(MaxListed).Select(d => parent + d + Path.DirectorySeparatorChar);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool Matches(string name, string start) =>
        name.StartsWith(start, StringComparison.OrdinalIgnoreCase) ||
        (start.AsSpan().ContainsAny('*', '?') && FileSystemName.MatchesSimpleExpression(start + "*", name));
}
