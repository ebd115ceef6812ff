using System.Globalization;

namespace FolderSync.Network.Tcp;

/// <summary>Finds the process that listens on a TCP port, on Linux and as far as permissions allow.</summary>
internal static class PortOwner
{
    private const string Guess = "another program listens there, perhaps Syncthing or a second FolderSync.";

    /// <summary>The end of a sentence: names the program, or guesses.</summary>
    public static string Describe(int port)
    {
        if (!OperatingSystem.IsLinux())
            return Guess;
        try
        {
            var inodes = ListeningInodes(port);
            return FindProcess(inodes) is { } found ? $"\"{found.Name}\" (process {found.Id}) listens there." : Guess;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guess;
        }
    }

    /// <summary>/proc/net/tcp: sl local(addr:port hex) remote state(0A = listening) …; the inode is the tenth field.</summary>
    private static HashSet<string> ListeningInodes(int port)
    {
        var suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        HashSet<string> inodes = [];
        foreach (var table in new[] { "/proc/net/tcp", "/proc/net/tcp6" })
        {
            if (!File.Exists(table))
                continue;
            foreach (var line in File.ReadLines(table))
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == "0A" && fields[1].EndsWith(suffix, StringComparison.Ordinal))
                    inodes.Add($"socket:[{fields[9]}]");
            }
        }

        return inodes;
    }

    private static (string Name, int Id)? FindProcess(HashSet<string> sockets)
    {
        if (sockets.Count == 0)
            return null;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                if (Directory.EnumerateFiles(directory + "/fd").Any(fd => new FileInfo(fd).LinkTarget is { } target && sockets.Contains(target)))
                    return (File.ReadAllText(directory + "/comm").Trim(), id);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's process, or one that has just ended.
            }
        }

        return null;
    }
}
