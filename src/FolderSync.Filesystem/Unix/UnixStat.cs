using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Unix;

/// <summary>Converts the result of statx.</summary>
internal static class UnixStat
{
    private const int KindMask = 0xf000;

    private static readonly uint Self = Libc.EffectiveUser();

    public static FileKind KindOf(ushort mode) => (mode & KindMask) switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0xa000 => FileKind.Symlink,
        _ => FileKind.Other,
    };

    public static FileStat Of(in Libc.StatX stat) => new(
        KindOf(stat.Mode),
        stat.Size,
        new FileTime(stat.ModifySeconds, (int)stat.ModifyNanoseconds),
        unchecked((stat.ChangeSeconds * 1_000_000_000) + stat.ChangeNanoseconds),
        stat.Inode,
        stat.Mode & 0x1ffu,
        stat.Links)
    {
        Mount = KindOf(stat.Mode) == FileKind.Directory ? MountOf(stat) : 0,
        IsForeign = stat.Owner != Self,
    };

    /// <summary>The device alone tells neither two mounts of one filesystem apart, nor does the mount alone tell two subvolumes apart.</summary>
    private static ulong MountOf(in Libc.StatX stat) =>
        ((stat.Mask & Libc.WithMountId) != 0 ? stat.MountId << 40 : 0) ^ ((ulong)stat.DeviceMajor << 20) ^ stat.DeviceMinor;
}

/// <summary>Identifies a directory or file for as long as it exists.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    public static FileIdentity Of(in Libc.StatX stat) => new(stat.DeviceMajor, stat.DeviceMinor, stat.Inode);

    public (uint Major, uint Minor) Device => (DeviceMajor, DeviceMinor);
}
