using System.Security.Cryptography;
using Xunit.Sdk;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>
/// Everything that is synced of a directory, one line per item: kind, permissions, time, size, content, target. Equal digests mean equal trees.
/// </summary>
internal static class TreeDigest
{
    /// <summary>Sorted; without the programs' own files.</summary>
    public static async Task<SortedDictionary<string, string>> OfAsync(string root, string below = "")
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var start = Path.Combine(root, below);
        if (Directory.Exists(start))
            await AddAsync(new DirectoryInfo(start), below, lines);
        return lines;
    }

    /// <summary>The differences, one line per name; empty for equal trees.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(string left, string right, string below = "")
    {
        var (a, b) = (await OfAsync(left, below), await OfAsync(right, below));
        return [.. a.Keys.Union(b.Keys).Order(StringComparer.Ordinal)
            .Where(k => a.GetValueOrDefault(k) != b.GetValueOrDefault(k))
            .Select(k => $"{k}: {a.GetValueOrDefault(k) ?? "missing"} | {b.GetValueOrDefault(k) ?? "missing"}")];
    }

    public static async Task AssertSameAsync(string left, string right, string below = "")
    {
        if (await DifferencesAsync(left, right, below) is { Count: > 0 } differences)
            throw new XunitException($"'{left}' and '{right}' differ in {differences.Count}:\n{string.Join('\n', differences.Take(40))}");
    }

    private static async Task AddAsync(DirectoryInfo directory, string prefix, SortedDictionary<string, string> lines)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            var name = prefix.Length == 0 ? entry.Name : $"{prefix}/{entry.Name}";
            if (IsInternal(entry.Name, prefix.Length == 0))
                continue;
            var mode = Convert.ToString((int)entry.UnixFileMode & 0b111_111_111, 8);
            if (entry.LinkTarget is { } target)
                lines[name] = $"link to {target}";
            else if (entry is FileInfo file)
                lines[name] = $"file {mode} {new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds()} {file.Length} {await HashAsync(file.FullName)}";
            else
            {
                lines[name] = $"directory {mode}";
                await AddAsync((DirectoryInfo)entry, name, lines);
            }
        }
    }

    private static bool IsInternal(string leaf, bool atRoot) =>
        atRoot && leaf is ".stfolder" or ".stignore" or ".stversions" ||
        leaf.EndsWith(".tmp", StringComparison.Ordinal) && (leaf.StartsWith(".syncthing.", StringComparison.Ordinal) || leaf.StartsWith(".foldersync.", StringComparison.Ordinal));

    private static async Task<string> HashAsync(string path)
    {
        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream))[..16];
    }
}
