using System.Globalization;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Unix;

/// <summary>Changes permission bits by name without following a symlink.</summary>
internal static class FilePermissions
{
    private const uint SpecialBits = 0xe00;

    private static volatile bool _noCall;

    /// <summary>0, or -1 with the errno set. A directory keeps its setgid and sticky bits, which belong to the administrator.</summary>
    public static nint Change(in ResolvedPath place, uint permissions)
    {
        if (Libc.Stat(place.Directory, place.Leaf, Libc.SymlinkNoFollow, out var stat) != 0)
            return -1;
        var kind = UnixStat.KindOf(stat.Mode);
        if (kind == FileKind.Symlink)
            return Fail(Errno.MetSymlink);
        var mode = (permissions & 0x1ff) | (kind == FileKind.Directory ? stat.Mode & SpecialBits : 0);
        if ((stat.Mode & 0xfffu) == mode)
            return 0;
        if (!_noCall)
        {
            if (Libc.ChangeMode(place.Directory, place.Leaf, mode) == 0)
                return 0;
            // Old containers forbid calls that they don't know: EPERM may mean just that.
            if (Errno.Last is not (Errno.NoCall or Errno.NotPermitted))
                return -1;
            _noCall = Errno.Last == Errno.NoCall;
        }
        return ChangeByHandle(place, mode);
    }

    /// <summary>Before Linux 6.6: opens a handle that can't be a symlink and uses its magic name, which leads exactly there.</summary>
    internal static nint ChangeByHandle(in ResolvedPath place, uint mode)
    {
        var fd = Libc.Open(place.Directory, place.Leaf, Libc.PathOnly | Libc.NoFollow | Libc.CloseOnExec, 0);
        if (fd < 0)
            return -1;
        nint result = -1;
        var errno = Errno.MetSymlink;
        if (Libc.StatOpen(fd, out var stat) == 0 && UnixStat.KindOf(stat.Mode) != FileKind.Symlink)
        {
            result = Libc.ChangeModeByPath(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}\0")), mode);
            errno = Errno.Last;
        }
        _ = Libc.Close(fd);
        return result == 0 ? 0 : Fail(errno);
    }

    private static nint Fail(int errno)
    {
        System.Runtime.InteropServices.Marshal.SetLastPInvokeError(errno);
        return -1;
    }
}

/// <summary>Sets modification times; access times stay.</summary>
internal static unsafe class FileTimes
{
    public static nint Set(in ResolvedPath place, FileTime modified)
    {
        var times = stackalloc Libc.Timespec[2];
        Fill(times, modified);
        return Libc.SetTimes(place.Directory, place.Leaf, times, Libc.SymlinkNoFollow);
    }

    public static int SetOpen(int fd, FileTime modified)
    {
        var times = stackalloc Libc.Timespec[2];
        Fill(times, modified);
        return Libc.SetOpenTimes(fd, times);
    }

    private static void Fill(Libc.Timespec* times, FileTime modified)
    {
        times[0].Nanoseconds = Libc.Timespec.Omit;
        times[1].Seconds = modified.Seconds;
        times[1].Nanoseconds = Math.Clamp(modified.Nanoseconds, 0, 999_999_999);
    }
}
