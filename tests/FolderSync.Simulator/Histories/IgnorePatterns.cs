using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;

namespace FolderSync.Simulator.Histories;

/// <summary>
/// One device's ignore patterns as the oracle understands them, on its own: of the forms that are drawn, `name`, `/path`, `!/path`, `(?d)pattern` and
/// `#include file`.
/// </summary>
internal sealed class IgnorePatterns
{
    public const string FileName = ".stignore";
    public const string IncludedName = "patterns";

    /// <summary>Longer patterns are refused.</summary>
    private const int MaxLength = 4096;

    private readonly List<(string Pattern, bool IsNegated, bool MayDelete)> _lines = [];

    private IgnorePatterns()
    {
    }

    /// <summary>The included file is missing or has a line that is no pattern: the folder stops.</summary>
    public bool IsBroken { get; private set; }

    public bool IsEmpty => _lines.Count == 0;

    public bool HasDeletable => _lines.Exists(l => l.MayDelete);

    public static IgnorePatterns Of(MemoryUser user)
    {
        var patterns = new IgnorePatterns();
        if (IsFile(user, FileName))
            patterns.Add(user, FileName);
        return patterns;
    }

    public bool Ignores(string path) => Match(path) is { IsNegated: false };

    /// <summary>It is ignored, and may be deleted with the directory that it is in.</summary>
    public bool MayDelete(string path) => Match(path) is { IsNegated: false, MayDelete: true };

    private (string Pattern, bool IsNegated, bool MayDelete)? Match(string path)
    {
        foreach (var line in _lines)
        {
            if (Matches(line.Pattern, path))
                return line;
        }
        return null;
    }

    /// <summary>The path or a directory above it has the pattern's name.</summary>
    private static bool Matches(string pattern, string path) => pattern[0] == '/'
        ? path.Length >= pattern.Length - 1 && path.StartsWith(pattern[1..], StringComparison.Ordinal) && (path.Length == pattern.Length - 1 || path[pattern.Length - 1] == '/')
        : path.Split('/').Contains(pattern, StringComparer.Ordinal);

    private void Add(MemoryUser user, string file)
    {
        foreach (var line in user.ReadText(file).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("//", StringComparison.Ordinal))
                continue;
            if (!line.StartsWith("#include ", StringComparison.Ordinal))
                AddPattern(line);
            else if (IsFile(user, line["#include ".Length..]))
                Add(user, line["#include ".Length..]);
            else
                IsBroken = true;
        }
    }

    private void AddPattern(string line)
    {
        IsBroken |= line.Length > MaxLength;
        var mayDelete = line.StartsWith("(?d)", StringComparison.Ordinal);
        var rest = mayDelete ? line[4..] : line;
        var isNegated = rest[0] == '!';
        _lines.Add((isNegated ? rest[1..] : rest, isNegated, mayDelete));
    }

    private static bool IsFile(MemoryUser user, string name) => user.Exists(name) && user.Stat(name).Kind == FileKind.File;
}
