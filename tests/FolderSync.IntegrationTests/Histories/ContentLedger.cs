namespace FolderSync.IntegrationTests.Histories;

/// <summary>
/// What users wrote into one folder, and what a user who had it overwrote or deleted. Everything else must be somewhere at the end: the same
/// question as the simulator's oracle asks.
/// </summary>
internal sealed class ContentLedger
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _released = new(StringComparer.Ordinal);

    public int Written => _written.Count;

    public void Write(string content) => _written.Add(content);

    /// <summary>A user who had <paramref name="before"/> made <paramref name="after"/> of it.</summary>
    public void Replace(string before, string after)
    {
        _released.Add(before);
        _written.Add(after);
    }

    /// <summary>Releases each file at or below the path.</summary>
    public void Release(string path)
    {
        foreach (var file in FilesBelow(path))
            _released.Add(File.ReadAllText(file));
    }

    /// <summary>The first words of what is nowhere below the roots any more, conflict copies and versions included.</summary>
    public IReadOnlyList<string> FindLost(IEnumerable<string> roots)
    {
        var held = roots.SelectMany(FilesBelow).Select(File.ReadAllText).ToHashSet(StringComparer.Ordinal);
        return [.. _written.Where(w => !_released.Contains(w) && !held.Contains(w)).Select(w => w.Split(' ')[0]).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> FilesBelow(string path)
    {
        var info = new FileInfo(path);
        if (info.LinkTarget is not null)
            return [];
        if (info.Exists)
            return [path];
        return Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFileSystemInfos().Where(i => i.Name != ".stfolder").SelectMany(i => FilesBelow(i.FullName)) : [];
    }
}
