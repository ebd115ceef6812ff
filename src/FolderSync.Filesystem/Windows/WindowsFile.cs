using FolderSync.Core.Model;
using Microsoft.Win32.SafeHandles;

namespace FolderSync.Filesystem.Windows;

/// <summary>An open regular file.</summary>
internal sealed unsafe class WindowsFile(SafeFileHandle handle, string where) : IWriteFile
{
    public FileStat Stat() => WindowsStat.Of(handle) ?? throw WindowsErrors.Failure("look at", where);

    public int Read(Span<byte> buffer, long offset)
    {
        try
        {
            var done = 0;
            while (done < buffer.Length && RandomAccess.Read(handle, buffer[done..], offset + done) is var read and > 0)
                done += read;
            return done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WindowsErrors.Failure(e, "read", where);
        }
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WindowsErrors.Failure(e, "write", where);
        }
    }

    public void SetLength(long length)
    {
        if (!Kernel32.SetInfo(handle, Kernel32.EndOfFileClass, &length, sizeof(long)))
            throw WindowsErrors.Failure("set the length of", where);
    }

    /// <summary>NTFS has no such call.</summary>
    public bool TryCopyRange(IReadFile source, long sourceOffset, long offset, long length) => false;

    /// <remarks>Not the access list and the named streams.</remarks>
    public void CarryOver(IReadFile from)
    {
        Kernel32.BasicInfo old;
        if (from is not WindowsFile other || !Kernel32.GetInfo(other.Handle, Kernel32.BasicInfoClass, &old, (uint)sizeof(Kernel32.BasicInfo)))
            return;
        Kernel32.BasicInfo info = new() { Creation = old.Creation, Attributes = (old.Attributes & Kernel32.UsersAttributes) | Kernel32.AttributeNormal };
        _ = Kernel32.SetInfo(handle, Kernel32.BasicInfoClass, &info, (uint)sizeof(Kernel32.BasicInfo));
    }

    /// <summary>Does nothing: permission bits have no meaning here.</summary>
    public void SetPermissions(uint permissions)
    {
    }

    public void SetModified(FileTime modified)
    {
        if (!WindowsStat.SetModified(handle, modified))
            throw WindowsErrors.Failure("set the modification time of", where);
    }

    public void Sync()
    {
        if (!Kernel32.Flush(handle))
            throw WindowsErrors.Failure("make durable", where);
    }

    public void Dispose() => handle.Dispose();

    private SafeFileHandle Handle => handle;
}

/// <summary>Converts what Windows reports about a file.</summary>
internal static unsafe class WindowsStat
{
    private const long EpochTicks = 116_444_736_000_000_000;
    private const uint AnyBits = 0x1b6; // 0666
    private const uint DirectoryBits = 0x1ff;

    /// <summary>Null with the error code set.</summary>
    public static FileStat? Of(SafeFileHandle handle)
    {
        Kernel32.BasicInfo basic;
        Kernel32.AttributeTag tag;
        if (!Kernel32.GetHandleInfo(handle, out var info) || !Kernel32.GetInfo(handle, Kernel32.BasicInfoClass, &basic, (uint)sizeof(Kernel32.BasicInfo)))
            return null;
        if (!Kernel32.GetInfo(handle, Kernel32.AttributeTagClass, &tag, (uint)sizeof(Kernel32.AttributeTag)))
            tag.ReparseTag = Kernel32.NameSurrogate;
        return Of(info.Attributes, tag.ReparseTag, ((long)info.SizeHigh << 32) | info.SizeLow, basic.Write, basic.Change,
            ((ulong)info.IndexHigh << 32) | info.IndexLow, info.Links);
    }

    public static FileStat Of(in Kernel32.DirectoryRecord record) =>
        Of(record.Attributes, record.ReparseTag, record.Size, record.Write, record.Change, record.FileId, 1);

    public static FileStat Of(uint attributes, uint reparseTag, long size, long write, long change, ulong id, long links)
    {
        var kind = KindOf(attributes, reparseTag);
        return new FileStat(kind, kind == FileKind.Directory ? 0 : size, TimeOf(write), change == 0 ? 0 : (change - EpochTicks) * 100, id,
            kind == FileKind.Directory ? DirectoryBits : AnyBits, links);
    }

    /// <summary>Junctions and symlinks are Other, since they lead elsewhere. Cloud and deduplicated files are files.</summary>
    public static FileKind KindOf(uint attributes, uint reparseTag) =>
        (attributes & Kernel32.AttributeReparsePoint) != 0 && (reparseTag & Kernel32.NameSurrogate) != 0 ? FileKind.Other
        : (attributes & Kernel32.AttributeDirectory) != 0 ? FileKind.Directory
        : FileKind.File;

    /// <summary>100 ns since 1601 → our time.</summary>
    public static FileTime TimeOf(long ticks)
    {
        var seconds = Math.DivRem(ticks - EpochTicks, TimeSpan.TicksPerSecond, out var rest);
        return rest < 0 ? new FileTime(seconds - 1, (int)(rest + TimeSpan.TicksPerSecond) * 100) : new FileTime(seconds, (int)rest * 100);
    }

    /// <summary>Our time → 100 ns since 1601, within what Windows can hold (0 and below would mean "leave as it is").</summary>
    public static long TicksOf(FileTime time) =>
        Math.Max(1, (Math.Clamp(time.Seconds, -11_644_473_600, 253_402_300_799) * TimeSpan.TicksPerSecond) + (time.Nanoseconds / 100) + EpochTicks);

    public static bool SetModified(SafeFileHandle handle, FileTime modified)
    {
        var info = new Kernel32.BasicInfo { Write = TicksOf(modified) };
        return Kernel32.SetInfo(handle, Kernel32.BasicInfoClass, &info, (uint)sizeof(Kernel32.BasicInfo));
    }
}
