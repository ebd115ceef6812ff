using System.Security.Cryptography;

namespace FolderSync.CommandLine.Demo;

/// <summary>Creates the demo's sample files and compares folders.</summary>
internal static class SampleTree
{
    public const string Notes = "notes.txt";
    private const int PerDirectory = 25;
    private const int LargeBytes = 24 << 20;

    private static readonly string[] Rooms = ["Photos", "Letters", "Music", "Work/Reports", "Work/Plans", "Recipes", "Ünïcode 文書", "Old/2019"];

    /// <param name="files">The number of small files; there is also a large one.</param>
    public static void Make(string root, int files)
    {
        for (var i = 0; i < files; i++)
        {
            var directory = Directory.CreateDirectory(Path.Combine(root, Rooms[i / PerDirectory % Rooms.Length])).FullName;
            File.WriteAllBytes(Path.Combine(directory, $"file {i + 1:000}.bin"), RandomNumberGenerator.GetBytes(500 + RandomNumberGenerator.GetInt32(60_000)));
        }
        File.WriteAllBytes(Path.Combine(root, "film.mp4"), RandomNumberGenerator.GetBytes(LargeBytes));
        File.WriteAllText(Path.Combine(root, Notes), "Notes that both devices have.\n");
        File.WriteAllBytes(Path.Combine(root, "empty"), []);
    }

    /// <summary>The synced content of a folder: each name with the SHA-256 of its content, ordered by name.</summary>
    public static SortedDictionary<string, string> Digest(string root)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var name = Path.GetRelativePath(root, path);
            if (name.StartsWith(".st", StringComparison.Ordinal) || Path.GetFileName(name).StartsWith(".foldersync.", StringComparison.Ordinal))
                continue;
            all[name] = Directory.Exists(path) ? "directory" : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)));
        }
        return all;
    }
}
