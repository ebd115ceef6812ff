using FolderSync.Configuration.Schema;
using FolderSync.Core.Text;
using FolderSync.Engine.Configuring;

namespace FolderSync.Configuration.Checks;

/// <summary>Checks each folder's directory: it exists, is readable and writable, and its disk has free space.</summary>
public static class FolderChecks
{
    private const string Marker = ".stfolder";

    public static IEnumerable<CheckResult> Of(ServiceConfig config, CancellationToken cancellation)
    {
        foreach (var folder in config.Engine.Folders)
        {
            cancellation.ThrowIfCancellationRequested();
            if (WrongWith(folder) is { } wrong)
            {
                yield return wrong;
                continue;
            }
            yield return Room(folder);
        }
    }

    /// <summary>Null when unknown.</summary>
    public static long? FreeBytes(string path)
    {
        try
        {
            return new DriveInfo(path).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Null when everything is fine.</summary>
    private static CheckResult? WrongWith(FolderConfig folder)
    {
        var path = folder.Path;
        if (!Directory.Exists(path))
            return CheckResult.Fail("permissions", $"{folder.Id}: '{path}' does not exist.", "Mount its disk or create the directory; if the folder has moved, change its path in config.yaml. Nothing is deleted meanwhile.");
        try
        {
            _ = Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Fail("permissions", $"{folder.Id}: '{path}' can't be read: {e.Message}", $"Give this user permission: chmod u+rwx '{path}'");
        }
        if (!Directory.Exists(Path.Combine(path, Marker)) && Directory.EnumerateFileSystemEntries(path).Any())
            return CheckResult.Warn("permissions", $"{folder.Id}: '{path}' has no {Marker}, the mark that this is the folder's disk.", "If it was synced before, check that the right disk is mounted. If it is, create the marker again.");
        if (!CanWrite(path, out var why))
            return CheckResult.Warn("permissions", $"{folder.Id}: '{path}' can't be written: {why}", $"Give this user permission, or make the folder send-only.");
        return null;
    }

    private static bool CanWrite(string path, out string why)
    {
        why = "";
        // Test inside the marker directory, where nothing is synced, so that the folder itself isn't touched.
        var marker = Path.Combine(path, Marker);
        var probe = Path.Combine(Directory.Exists(marker) ? marker : path, $".foldersync.doctor-{Environment.ProcessId}.tmp");
        try
        {
            // Others may write here, too: a link with this name must not be followed.
            File.Delete(probe);
            new FileStream(probe, FileMode.CreateNew, FileAccess.Write).Dispose();
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = e.Message;
            return false;
        }
    }

    private static CheckResult Room(FolderConfig folder)
    {
        if (FreeBytes(folder.Path) is not { } free)
            return CheckResult.Warn("disk", $"{folder.Id}: the free space on its disk is unknown.", null);
        var total = new DriveInfo(folder.Path).TotalSize;
        var wanted = folder.MinDiskFreeIsBytes ? folder.MinDiskFree : total * folder.MinDiskFree / 100;
        var text = $"{folder.Id}: {HumanReadable.Bytes(free)} of {HumanReadable.Bytes(total)} are free at '{folder.Path}'";
        return free < wanted
            ? CheckResult.Fail("disk", $"{text}; below {HumanReadable.Bytes(wanted)} nothing is received.", "Free some disk space, or lower the folder's min-free in config.yaml.")
            : free < 2 * wanted ? CheckResult.Warn("disk", text + ".", $"Below {HumanReadable.Bytes(wanted)} nothing more is received. Free some disk space.")
            : CheckResult.Ok("disk", text + ".");
    }
}
