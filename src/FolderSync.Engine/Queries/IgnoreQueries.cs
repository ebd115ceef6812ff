using FolderSync.Core.Ignore;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Queries;

/// <summary>Reads and writes a folder's ignore patterns. All of it blocks.</summary>
internal static class IgnoreQueries
{
    public static IgnoreText Read(OpenFolder open)
    {
        var lines = IgnoreFile.Read(open.Disk) ?? [];
        while (lines.Count > 0 && lines[^1].Length == 0)
            lines = [.. lines.Take(lines.Count - 1)];
        var rules = IgnoreFile.Load(open.Disk);
        return new IgnoreText(lines, rules.Expanded, rules.Error?.ToString());
    }

    /// <exception cref="EngineException">They are invalid; nothing is written.</exception>
    public static void Write(OpenFolder open, IReadOnlyList<string> lines)
    {
        if (IgnoreFile.Parse(open.Disk, lines).Error is { } error)
            throw new EngineException($"These ignore patterns can't be used: {error}");
        IgnoreFile.Write(open.Disk, lines);
    }

    /// <summary>What these patterns would ignore on disk now.</summary>
    public static IgnoredPreview Preview(OpenFolder open, IReadOnlyList<string> lines, long skip, int take, CancellationToken cancellation)
    {
        var rules = IgnoreFile.Parse(open.Disk, lines);
        if (rules.Error is { } error)
            return new IgnoredPreview(error.Message, error.File == InternalNames.IgnoreFile ? error.Line : null, 0, [], 0, 0);
        return new IgnoreSurvey(open.Disk, rules, skip, take, cancellation).Run();
    }
}
