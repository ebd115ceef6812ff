namespace FolderSync.IntegrationTests.Harness;

/// <summary>A filesystem in an image file, mounted on a loop device for one test; needs root.</summary>
public sealed class LoopDisk : IAsyncDisposable
{
    private readonly ScratchDirectory _scratch = new();
    private string? _device;
    private bool _isMounted;

    private LoopDisk()
    {
    }

    /// <summary>The mount point.</summary>
    public string Path => _scratch.In("mnt");

    /// <summary>ext4, which becomes read-only with its first error.</summary>
    public static Task<LoopDisk> Ext4Async() => MountAsync("e2fsprogs", ["mkfs.ext4", "-q"], ["mount", "-o", "errors=remount-ro"], isFuse: false);

    /// <summary>exFAT by exfat-fuse: ignores and preserves case, and FUSE invents an inode for each spelling.</summary>
    public static Task<LoopDisk> ExfatAsync() => MountAsync("exfat-fuse and exfatprogs", ["mkfs.exfat"], ["mount.exfat-fuse"]);

    /// <summary>NTFS by ntfs-3g, which is case-sensitive.</summary>
    public static Task<LoopDisk> NtfsAsync() => MountAsync("ntfs-3g", ["mkntfs", "-Q", "-F"], ["ntfs-3g"]);

    /// <summary>Case-insensitive NTFS that lists names in lower case, however they were written.</summary>
    public static Task<LoopDisk> SmallLetterNtfsAsync() => MountAsync("ntfs-3g", ["mkntfs", "-Q", "-F"], ["lowntfs-3g", "-o", "ignore_case"]);

    /// <summary>Causes an ext4 error: open files stay open, and nothing can be written any more.</summary>
    public async Task BreakAsync()
    {
        var trigger = $"/sys/fs/ext4/{System.IO.Path.GetFileName(_device)}/trigger_fs_error";
        Skip.IfNot(File.Exists(trigger), $"this kernel has no {trigger}");
        await File.WriteAllTextAsync(trigger, "1");
    }

    /// <summary>Unmounts it, checks it, and mounts it again.</summary>
    public async Task MountAgainAsync(string options)
    {
        Succeeded(await ChildProcess.RunAsync("umount", [Path]));
        _isMounted = false;
        await ChildProcess.RunAsync("e2fsck", ["-fy", _device!]);
        // A mount namespace that was created while it was mounted (another test's network namespace) keeps it mounted until it ends.
        await Wait.UntilAsync(
            async () =>
            {
                var mounted = await ChildProcess.RunAsync("mount", ["-o", options, _device!, Path]);
                _isMounted = mounted.ExitCode == 0;
                if (!_isMounted && !mounted.Error.Contains("busy", StringComparison.Ordinal))
                    Succeeded(mounted);
                return _isMounted;
            },
            () => $"{_device} is still busy.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_isMounted && (await ChildProcess.RunAsync("umount", [Path])).ExitCode != 0)
            await ChildProcess.RunAsync("umount", ["-l", Path]);
        if (_device is not null)
            await ChildProcess.RunAsync("losetup", ["-d", _device]);
        _scratch.Dispose();
    }

    private static async Task<LoopDisk> MountAsync(string packages, string[] make, string[] mount, bool isFuse = true)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can mount a filesystem");
        Skip.IfNot(!isFuse || File.Exists("/dev/fuse"), "there is no /dev/fuse");
        Skip.IfNot(IsThere(make[0]) && IsThere(mount[0]), $"the packages {packages} are not installed");
        var disk = new LoopDisk();
        try
        {
            await using (var image = File.Create(disk._scratch.In("image")))
                image.SetLength(64 << 20);
            disk._scratch.Make("mnt");
            var attached = await ChildProcess.RunAsync("losetup", ["-f", "--show", disk._scratch.In("image")]);
            Skip.If(attached.ExitCode != 0, $"there is no loop device: {attached.Error.Trim()}");
            disk._device = attached.Output.Trim();
            var made = await ChildProcess.RunAsync(make[0], [.. make[1..], disk._device]);
            Skip.If(made.ExitCode != 0, $"{make[0]} fails here: {made.Error.Trim()}");
            var mounted = await ChildProcess.RunAsync(mount[0], [.. mount[1..], disk._device, disk.Path]);
            Skip.If(mounted.ExitCode != 0, $"{mount[0]} can't mount here: {mounted.Error.Trim()}");
            disk._isMounted = true;
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    private static void Succeeded(ProcessResult result) => Assert.True(result.ExitCode == 0, result.Error);

    private static bool IsThere(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':').Any(d => d.Length > 0 && File.Exists(System.IO.Path.Combine(d, program)));
}
