using System.Text;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>One directory in a shared folder, on the device that gets the fault (ours) and on the other one, for one run of a scenario.</summary>
/// <param name="Number">Contents have it in them, so that no two runs have the same.</param>
internal sealed record FaultPlace(string Ours, string Theirs, int Number)
{
    /// <summary>Two and a half blocks.</summary>
    private const int LargeSize = 320_000;

    public string Small(string what) => $"{what} {Number}";

    /// <summary>Not compressible, and with the same end for each text.</summary>
    public byte[] Large(string what)
    {
        var bytes = new byte[LargeSize];
        new Random(Number).NextBytes(bytes);
        Encoding.UTF8.GetBytes(Small(what) + "\n", bytes);
        return bytes;
    }

    public void WriteTheirs(string name, string text) => SampleFiles.Write(Path.Combine(Theirs, name), text);

    public void WriteTheirs(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Theirs, name))!);
        File.WriteAllBytes(Path.Combine(Theirs, name), content);
    }

    /// <summary>As editors save, so that no scan sees a half of it.</summary>
    public void WriteOurs(string name, string text)
    {
        var saved = Path.Combine(Ours, "../../saved");
        File.WriteAllText(saved, text);
        File.Move(saved, Path.Combine(Ours, name), overwrite: true);
    }

    /// <summary>What all files of a tree begin with, in order.</summary>
    public static IEnumerable<string> ContentsOf(string root) => !Directory.Exists(root) ? [] : Directory
        .EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Where(f => !BusyUser.IsInternal(Path.GetFileName(f))).Select(f => File.ReadLines(f).FirstOrDefault() ?? "").Order(StringComparer.Ordinal);
}

/// <summary>Something that one device makes because of what happened on the other, and what must come of it whatever fails meanwhile.</summary>
/// <param name="Change">What happens, after <paramref name="Prepare"/> has arrived on both sides.</param>
/// <param name="Contents">What the files have in the end, on both sides, without their numbers.</param>
/// <param name="Kept">What must be among the versions of the device with the faults, or nothing if it keeps none.</param>
internal sealed record FaultScenario(string Name, Action<FaultPlace> Prepare, Action<FaultPlace> Change, string[] Contents, string[] Kept)
{
    public static readonly IReadOnlyList<FaultScenario> All =
    [
        new("new file", _ => { }, p => p.WriteTheirs("sub/new", p.Large("new")), ["new"], []),
        new("replaced file", p => p.WriteTheirs("file", p.Large("old")), p => p.WriteTheirs("file", p.Large("new")), ["new"], []),
        new("replaced file, versioned", p => p.WriteTheirs("file", p.Small("old")), p => p.WriteTheirs("file", p.Small("new")), ["new"], ["old"]),
        new("deleted file, versioned", p => p.WriteTheirs("file", p.Small("old")), p => File.Delete(Path.Combine(p.Theirs, "file")), [], ["old"]),
        new("renamed file", p => p.WriteTheirs("file", p.Large("old")), p => Move(p.Theirs, "file", "other"), ["old"], []),
        new("renamed directory", p =>
        {
            p.WriteTheirs("sub/one", p.Small("one"));
            p.WriteTheirs("sub/two", p.Small("two"));
        }, p => Directory.Move(Path.Combine(p.Theirs, "sub"), Path.Combine(p.Theirs, "moved")), ["one", "two"], []),
        new("deleted directory", p =>
        {
            p.WriteTheirs("sub/one", p.Small("one"));
            p.WriteTheirs("sub/below/two", p.Small("two"));
        }, p => Directory.Delete(Path.Combine(p.Theirs, "sub"), recursive: true), [], []),
        new("two names change places", p =>
        {
            p.WriteTheirs("one", p.Small("one"));
            p.WriteTheirs("two", p.Small("two"));
        }, p =>
        {
            Move(p.Theirs, "one", "between");
            Move(p.Theirs, "two", "one");
            Move(p.Theirs, "between", "two");
        }, ["one", "two"], []),
        new("conflict", p => p.WriteTheirs("file", p.Small("old")), p =>
        {
            p.WriteOurs("file", p.Small("ours"));
            p.WriteTheirs("file", p.Small("theirs"));
        }, ["ours", "theirs"], []),
        new("file becomes a directory", p => p.WriteTheirs("file", p.Small("old")), p =>
        {
            File.Delete(Path.Combine(p.Theirs, "file"));
            p.WriteTheirs("file/inside", p.Small("new"));
        }, ["new"], ["old"]),
        new("directory becomes a link, file a link", p =>
        {
            p.WriteTheirs("sub/one", p.Small("one"));
            p.WriteTheirs("file", p.Small("two"));
        }, p =>
        {
            Directory.Delete(Path.Combine(p.Theirs, "sub"), recursive: true);
            File.CreateSymbolicLink(Path.Combine(p.Theirs, "sub"), "nowhere");
            File.Delete(Path.Combine(p.Theirs, "file"));
            File.CreateSymbolicLink(Path.Combine(p.Theirs, "file"), "nowhere");
        }, [], ["one", "two"]),
        new("half a file is there already", p => Directory.CreateDirectory(p.Ours), p =>
        {
            var content = p.Large("new");
            var half = Path.Combine(p.Ours, ".foldersync.file.tmp");
            File.WriteAllBytes(half, content[..131_072]);
            File.SetUnixFileMode(half, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            p.WriteTheirs("file", content);
        }, ["new"], []),
        new("time and mode", p => p.WriteTheirs("file", p.Small("old")), p =>
        {
            File.SetLastWriteTimeUtc(Path.Combine(p.Theirs, "file"), new DateTime(2011, 1, 2, 3, 4, 5, DateTimeKind.Utc));
            File.SetUnixFileMode(Path.Combine(p.Theirs, "file"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }, ["old"], []),
        new("edit here", p => p.WriteTheirs("file", p.Small("old")), p => p.WriteOurs("file", p.Small("ours")), ["ours"], []),
    ];

    /// <summary>Whether the device keeps versions in it, so that both ways are covered.</summary>
    public bool IsVersioned => Kept.Length > 0;

    /// <summary>Why the end is not as it must be; null if it is.</summary>
    /// <param name="versions">Of this place, on the device with the faults.</param>
    public string? Judge(FaultPlace place, string versions)
    {
        var wanted = Contents.Select(place.Small).Order(StringComparer.Ordinal).ToList();
        foreach (var (who, root) in new[] { ("ours", place.Ours), ("theirs", place.Theirs) })
        {
            var found = FaultPlace.ContentsOf(root).ToList();
            if (!found.SequenceEqual(wanted))
                return $"{who} has [{string.Join(", ", found)}] in place of [{string.Join(", ", wanted)}]";
            if (Unfinished(root) is [var left, ..])
                return $"{who} has {left} left over";
        }
        var kept = FaultPlace.ContentsOf(versions).ToHashSet();
        return Kept.Select(place.Small).FirstOrDefault(k => !kept.Contains(k)) is { } missing ? $"'{missing}' is not among the versions [{string.Join(", ", kept)}]" : null;
    }

    private static string[] Unfinished(string root) => Directory.Exists(root) ? Directory.GetFiles(root, ".foldersync.*", SearchOption.AllDirectories) : [];

    private static void Move(string directory, string from, string to) => File.Move(Path.Combine(directory, from), Path.Combine(directory, to));
}
