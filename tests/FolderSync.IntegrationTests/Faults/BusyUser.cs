using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>
/// Works in a folder without pause. Every content is unique and says so in its first line, and whatever is replaced or deleted goes into a bin beside
/// the folder in the same system call: so the oracle knows what a user has given up, and everything else must still be somewhere.
/// </summary>
internal sealed partial class BusyUser(string root, string bin, string name, Random random)
{
    private const int CurrentDirectory = -100;
    private const uint NoReplace = 1;
    private const uint Exchange = 2;

    private readonly Dictionary<string, string> _written = new(StringComparer.Ordinal);
    private int _items;

    /// <summary>The hash of each content, by the content's first line.</summary>
    public IReadOnlyDictionary<string, string> Written => _written;

    public long Operations { get; private set; }

    /// <summary>One operation; nothing where its name is missing or taken.</summary>
    public void Act()
    {
        Operations++;
        switch (random.Next(20))
        {
            case < 6: Create(); break;
            case < 11: Save(); break;
            case < 13: Delete(); break;
            case < 16: MoveFile(); break;
            case 16: MoveDirectory(); break;
            case 17: DeleteDirectory(); break;
            case 18: ChangeMetadata(); break;
            case 19: ChangeKind(); break;
        }
    }

    /// <summary>The first line and the hash of all of a file.</summary>
    public static async Task<(string Id, string Hash)> ReadAsync(string path)
    {
        var bytes = await File.ReadAllBytesAsync(path);
        var end = Array.IndexOf(bytes, (byte)'\n');
        return (Encoding.UTF8.GetString(bytes, 0, Math.Max(0, end)), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Names that the programs use are nobody else's.</summary>
    public static bool IsInternal(string leaf) =>
        leaf is ".stfolder" or ".stversions" || leaf.StartsWith(".foldersync.", StringComparison.Ordinal) || leaf.StartsWith(".syncthing.", StringComparison.Ordinal);

    private void Create()
    {
        var path = NewPath();
        MakeParent(path);
        _ = Rename(Stage(), path, NoReplace);
    }

    /// <summary>As editors save: a new file takes the name, and the old one is left with the new one's.</summary>
    private void Save()
    {
        if (AnyFile() is { } path)
            _ = Rename(Stage(), path, Exchange);
    }

    private void Delete()
    {
        if (AnyFile() is { } path)
            _ = Rename(path, Item(), NoReplace);
    }

    private void MoveFile()
    {
        if (AnyFile() is not { } path)
            return;
        var to = NewPath();
        MakeParent(to);
        _ = Rename(path, to, random.Next(3) == 0 ? Exchange : NoReplace);
    }

    private void MoveDirectory()
    {
        if (AnyDirectory() is { } path)
            _ = Rename(path, Path.Combine(root, $"d{random.Next(6)}", $"moved{random.Next(3)}"), NoReplace);
    }

    private void DeleteDirectory()
    {
        if (AnyDirectory() is { } path && random.Next(2) == 0)
            _ = Rename(path, Item(), NoReplace);
    }

    private void ChangeMetadata()
    {
        if (AnyFile() is not { } path)
            return;
        try
        {
            File.SetUnixFileMode(path, random.Next(2) == 0 ? UnixFileMode.UserRead | UnixFileMode.UserWrite : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(10_000 + random.Next(8000)).AddMilliseconds(random.Next(1000)));
        }
        catch (IOException)
        {
        }
    }

    /// <summary>A file makes way for a directory, or a directory for a file.</summary>
    private void ChangeKind()
    {
        if ((random.Next(3) == 0 ? AnyDirectory() : AnyFile()) is not { } path)
            return;
        var wasFile = File.Exists(path);
        _ = Rename(path, Item(), NoReplace);
        if (wasFile)
            MakeParent(Path.Combine(path, "x"));
        _ = Rename(Stage(), wasFile ? Path.Combine(path, "inside.txt") : path, NoReplace);
    }

    /// <summary>A new content, still in the bin.</summary>
    private string Stage()
    {
        var id = $"{name}-{_written.Count}";
        var size = random.Next(20) switch { 0 => random.Next(1 << 20, 4 << 20), < 5 => random.Next(400_000), _ => random.Next(2000) };
        var content = new byte[Encoding.UTF8.GetByteCount(id) + 1 + size];
        Encoding.UTF8.GetBytes(id + "\n", content);
        random.NextBytes(content.AsSpan(^size..));
        _written.Add(id, Convert.ToHexStringLower(SHA256.HashData(content)));
        var item = Item();
        File.WriteAllBytes(item, content);
        return item;
    }

    private string Item() => Path.Combine(bin, $"{_items++}");

    /// <summary>Of few names, so that users and devices meet.</summary>
    private string NewPath()
    {
        var parts = new List<string> { root };
        if (random.Next(5) > 0)
            parts.Add($"d{random.Next(6)}");
        if (random.Next(3) == 0)
            parts.Add($"e{random.Next(3)}");
        return Path.Combine([.. parts, $"f{random.Next(10)}.txt"]);
    }

    private static void MakeParent(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (IOException)
        {
            // A file has the name.
        }
    }

    private string? AnyFile() => Any(directories: false);

    private string? AnyDirectory() => Any(directories: true);

    private string? Any(bool directories)
    {
        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                var found = new List<string>();
                Collect(root, directories, found);
                return found.Count == 0 ? null : found[random.Next(found.Count)];
            }
            catch (IOException)
            {
                // A directory vanished meanwhile.
            }
        }
        return null;
    }

    private static void Collect(string directory, bool directories, List<string> found)
    {
        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (IsInternal(entry.Name))
                continue;
            if (entry is DirectoryInfo == directories)
                found.Add(entry.FullName);
            if (entry is DirectoryInfo)
                Collect(entry.FullName, directories, found);
        }
    }

    private static int Rename(string from, string to, uint how) => RenameAt(CurrentDirectory, from, CurrentDirectory, to, how);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
