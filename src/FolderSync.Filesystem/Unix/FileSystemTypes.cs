namespace FolderSync.Filesystem.Unix;

/// <summary>What is known about filesystems by their names in /proc/self/mountinfo.</summary>
internal static class FileSystemTypes
{
    private const long TwoSeconds = 2_000_000_000;

    /// <summary>Names by the magic number of statfs, for when the mount table can't be read.</summary>
    private static readonly Dictionary<long, string> ByMagic = new()
    {
        [0xef53] = "ext4",
        [0x58465342] = "xfs",
        [0x9123683e] = "btrfs",
        [0x01021994] = "tmpfs",
        [0x858458f6] = "ramfs",
        [0x794c7630] = "overlay",
        [0x2fc12fc1] = "zfs",
        [0xf2f52010] = "f2fs",
        [0xca451a4e] = "bcachefs",
        [0x4d44] = "vfat",
        [0x2011bab0] = "exfat",
        [0x5346544e] = "ntfs",
        [0x7366746e] = "ntfs3",
        [0x65735546] = "fuse",
        [0x6969] = "nfs",
        [0xff534d42] = "cifs",
        [0xfe534d42] = "smb3",
        [0x01021997] = "9p",
    };

    public static string NameOf(long magic) => ByMagic.GetValueOrDefault(magic & 0xffffffff, $"filesystem 0x{magic & 0xffffffff:x}");

    public static FileSystemTraits TraitsOf(string name, long longestName)
    {
        var fat = name is "vfat" or "msdos" or "exfat" or "fuse.exfat";
        return new FileSystemTraits
        {
            Name = name,
            CaseInsensitive = fat,
            // fuseblk is NTFS or exFAT through FUSE: modes come from its mount options.
            Permissions = !fat && name is not ("cifs" or "smb3" or "fuseblk" or "ntfs" or "ntfs3"),
            Symlinks = !fat,
            WindowsNames = fat,
            ModifiedWindowNanoseconds = fat ? TwoSeconds : 0,
            CanSyncAll = name is "ext2" or "ext3" or "ext4" or "xfs" or "btrfs" or "tmpfs" or "ramfs" or "overlay" or "zfs" or "f2fs"
                or "bcachefs",
            // FAT reports 1530 (255 characters of up to 6 bytes); 255 bytes always fit there, too.
            MaxLeafLength = longestName is > 0 and < 255 ? (int)longestName : 255,
        };
    }

    /// <summary>The type of the mount with that number in /proc/self/mountinfo; null if it isn't listed.</summary>
    public static string? FindMount(IEnumerable<string> mountInfo, ulong mountId)
    {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        var start = mountId + " ";
        foreach (var line in mountInfo)
        {
            if (!line.StartsWith(start, StringComparison.Ordinal))
                continue;
            var type = line.IndexOf(" - ", StringComparison.Ordinal);
            return type < 0 ? null : line[(type + 3)..].Split(' ')[0];
        }
        return null;
    }

    /// <summary>Probes the filesystem of an open directory without changing anything.</summary>
    public static FileSystemTraits Probe(int root)
    {
        if (Libc.StatFileSystem(root, out var system) != 0 || Libc.StatOpen(root, out var stat) != 0)
            return TraitsOf("unknown", 0);
        var traits = TraitsOf(MountType(stat) ?? NameOf(system.Magic), system.NameLength);
        return traits with
        {
            CaseInsensitive = traits.CaseInsensitive || IsCaseFolded(root) || MarkerHasOtherSpellings(root),
            // Before 5.8 syncfs didn't report write errors.
            CanSyncAll = traits.CanSyncAll && Environment.OSVersion.Version >= new Version(5, 8),
        };
    }

    private static string? MountType(in Libc.StatX stat)
    {
        if ((stat.Mask & Libc.WithMountId) == 0)
            return null;
        try
        {
            return FindMount(File.ReadLines("/proc/self/mountinfo"), stat.MountId);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>ext4, f2fs and tmpfs fold case per directory.</summary>
    private static unsafe bool IsCaseFolded(int directory)
    {
        long flags = 0;
        return Libc.Ioctl(directory, Libc.GetInodeFlags, (nint)(&flags)) == 0 && (flags & Libc.CaseFoldFlag) != 0;
    }

    /// <summary>
    /// FUSE, ZFS, NTFS and network shares may fold case and have no flag for it. The marker reveals it, if it exists: another spelling answers that
    /// isn't listed. Inode numbers don't help, since FUSE invents one for each spelling.
    /// </summary>
    internal static bool MarkerHasOtherSpellings(int root)
    {
        if (!Answers(root, ".stfolder\0"u8) || !Answers(root, ".STFOLDER\0"u8))
            return false;
        // Use a handle of its own: all users of a handle share its position in the listing.
        var listing = Libc.Open(root, ".\0"u8, Libc.ReadOnly | Libc.DirectoryOnly | Libc.CloseOnExec, 0);
        var children = new List<DirectoryChild>();
        var errno = listing < 0 ? Errno.Last : DirectoryReader.Read(listing, children);
        if (listing >= 0)
            _ = Libc.Close(listing);
        return errno != 0 || children.Count(c => c.Leaf is ".stfolder" or ".STFOLDER") < 2;
    }

    private static bool Answers(int directory, ReadOnlySpan<byte> leaf) => Libc.Stat(directory, leaf, Libc.SymlinkNoFollow, out _) == 0;
}
