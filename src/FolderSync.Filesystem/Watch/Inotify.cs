using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using FolderSync.Filesystem.Unix;

namespace FolderSync.Filesystem.Watch;

/// <param name="Watch">Number of the watched directory; -1 for <see cref="Inotify.Overflow"/>.</param>
/// <param name="Leaf">Null when the event concerns the directory itself or the name isn't UTF-8.</param>
internal readonly record struct InotifyEvent(int Watch, uint Mask, string? Leaf)
{
    public bool Is(uint mask) => (Mask & mask) != 0;
}

/// <summary>
/// One inotify instance and the signal that ends waiting for it. An event is
/// <code>
///  0       4      8        12       16
/// +-------+------+--------+--------+------------------+
/// | watch | mask | cookie | length | name, NULs       |
/// +-------+------+--------+--------+------------------+
/// </code>
/// Used by one thread; <see cref="Wake"/> by any.
/// </summary>
internal sealed unsafe class Inotify : IDisposable
{
    public const uint Modify = 0x2;
    public const uint Attributes = 0x4;
    public const uint ClosedAfterWrite = 0x8;
    public const uint MovedFrom = 0x40;
    public const uint MovedTo = 0x80;
    public const uint Created = 0x100;
    public const uint Deleted = 0x200;
    public const uint SelfDeleted = 0x400;
    public const uint SelfMoved = 0x800;
    public const uint Unmounted = 0x2000;
    public const uint Overflow = 0x4000;
    public const uint Forgotten = 0x8000;
    public const uint IsDirectory = 0x40000000;

    private const uint Wanted = Modify | Attributes | ClosedAfterWrite | MovedFrom | MovedTo | Created | Deleted;
    private const uint OnlyDirectories = 0x01000000;
    private const uint NotOfUnlinked = 0x04000000;
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly Descriptor _wake;
    private Descriptor? _events;

    /// <exception cref="FileSystemException">The process has no file descriptors left.</exception>
    public Inotify()
    {
        var wake = Libc.EventFd(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (wake < 0)
            throw new FileSystemException(FileSystemError.Other, $"Can't start watching: {Errno.Text(Errno.Last)}.");
        _wake = new Descriptor(wake);
    }

    /// <summary>Starts over without any watch. Returns 0 or the errno (EMFILE: the user's instances are used up).</summary>
    public int Open()
    {
        _events?.Dispose();
        _events = null;
        var fd = Libc.InotifyInit(Libc.CloseOnExec | Libc.NonBlocking);
        if (fd < 0)
            return Errno.Last;
        _events = new Descriptor(fd);
        return 0;
    }

    /// <summary>Watches an open directory. Returns its number or the negative errno (ENOSPC: the user's watches are used up).</summary>
    public int Add(int directory, bool root)
    {
        if (_events is null)
            return -Errno.BadDescriptor;
        using var events = _events.Use();
        // Goes by the handle: no symlink on the way and no length limit.
        var path = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{directory}\0"));
        var mask = Wanted | OnlyDirectories | NotOfUnlinked | (root ? SelfDeleted | SelfMoved : 0);
        var watch = Libc.InotifyAdd(events.Fd, path, mask);
        return watch >= 0 ? watch : -Errno.Last;
    }

    public void Remove(int watch)
    {
        if (_events is null)
            return;
        using var events = _events.Use();
        _ = Libc.InotifyRemove(events.Fd, watch);
    }

    /// <summary>Waits for an event, a wake-up or the timeout.</summary>
    /// <param name="timeout">Null: for ever.</param>
    public void Wait(TimeSpan? timeout)
    {
        using var wake = _wake.Use();
        using var events = _events is null ? default : _events.Use();
        var entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { Fd = wake.Fd, Events = 1 };
        entries[1] = new Libc.PollEntry { Fd = _events is null ? -1 : events.Fd, Events = 1 };
        var milliseconds = timeout is { } t ? (int)Math.Min(Math.Ceiling(t.TotalMilliseconds), int.MaxValue) : -1;
        _ = Libc.Poll(entries, 2, milliseconds);
        long count;
        if ((entries[0].Returned & 1) != 0)
            _ = Libc.ReadNext(wake.Fd, (byte*)&count, sizeof(long));
    }

    public void Wake()
    {
        if (_wake.IsClosed)
            return;
        using var wake = _wake.Use();
        var one = 1L;
        _ = Libc.WriteNext(wake.Fd, (byte*)&one, sizeof(long));
    }

    /// <summary>Adds one buffer of events; false when there were none.</summary>
    public bool Read(List<InotifyEvent> happened)
    {
        if (_events is null)
            return false;
        using var events = _events.Use();
        nint filled;
        fixed (byte* start = _buffer)
            filled = Libc.ReadNext(events.Fd, start, BufferSize);
        if (filled <= 0)
            return false;
        Parse(_buffer.AsSpan(0, (int)filled), happened);
        return true;
    }

    public void Dispose()
    {
        _events?.Dispose();
        _wake.Dispose();
    }

    private static void Parse(ReadOnlySpan<byte> buffer, List<InotifyEvent> happened)
    {
        const int head = 16;
        while (buffer.Length >= head)
        {
            var watch = BinaryPrimitives.ReadInt32LittleEndian(buffer);
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(buffer[4..]);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(buffer[12..]);
            var name = buffer.Slice(head, length);
            buffer = buffer[(head + length)..];
            var end = name.IndexOf((byte)0);
            name = end < 0 ? name : name[..end];
            var leaf = name.Length > 0 && Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;
            happened.Add(new InotifyEvent(watch, mask, leaf));
        }
    }
}
