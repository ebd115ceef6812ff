using System.Security.Cryptography;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Sample files. Content is random, because a block that a peer already has is never requested.</summary>
internal static class SampleFiles
{
    public static void Write(string path, int size)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        var chunk = new byte[Math.Min(size, 1 << 20)];
        for (var left = size; left > 0; left -= chunk.Length)
        {
            RandomNumberGenerator.Fill(chunk);
            file.Write(chunk, 0, Math.Min(left, chunk.Length));
        }
    }

    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    /// <summary>A bit of everything: names, sizes around the block size, permissions, links, an old mtime, empty directories.</summary>
    public static void WriteTree(string root)
    {
        foreach (var (i, size) in new[] { 0, 1, 131071, 131072, 131073, 262144, 700_000 }.Index())
            Write(Path.Combine(root, "sizes", $"{i}-{size}"), size);
        foreach (var name in new[] { "grüße.txt", "日本語/ファイル.txt", "emoji 🙂.txt", "leading space/ x", "quote'\"\\back", "new\nline", "tab\there", "-dash", "#hash", "{brace}", "ends.with.dots..." })
            Write(Path.Combine(root, "names", name), "content of " + name);
        Write(Path.Combine(root, new string('n', 240)), "a long name");
        Write(Path.Combine(root, "deep", string.Join('/', Enumerable.Repeat("level", 20)), "file"), "deep");
        Directory.CreateDirectory(Path.Combine(root, "empty"));
        Write(Path.Combine(root, "modes", "script"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(root, "modes", "script"), (UnixFileMode)0b111_101_101);
        Write(Path.Combine(root, "modes", "private"), "for me");
        File.SetUnixFileMode(Path.Combine(root, "modes", "private"), (UnixFileMode)0b110_000_000);
        Write(Path.Combine(root, "times", "old"), "long ago");
        File.SetLastWriteTimeUtc(Path.Combine(root, "times", "old"), new DateTime(1999, 12, 31, 23, 59, 58, DateTimeKind.Utc));
        Directory.CreateDirectory(Path.Combine(root, "links"));
        File.CreateSymbolicLink(Path.Combine(root, "links", "to-file"), "../modes/script");
        File.CreateSymbolicLink(Path.Combine(root, "links", "to-directory"), "../deep");
        File.CreateSymbolicLink(Path.Combine(root, "links", "to-nothing"), "nowhere/ü");
    }
}
