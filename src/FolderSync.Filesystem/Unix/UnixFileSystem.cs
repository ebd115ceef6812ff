using System.Text;
using FolderSync.Core.Model;
using FolderSync.Filesystem.Windows;

namespace FolderSync.Filesystem.Unix;

/// <summary>A folder on a Unix disk. All system calls are relative to a handle of the directory that holds the name. 64-bit Linux only.</summary>
internal sealed partial class UnixFileSystem : IFileSystem
{
    private const int InlinePath = 512;

    private readonly RootDirectory _root;
    private readonly NestedMounts _mountedBelow = new();
    private readonly MountTraits _mountTraits = new();
    private readonly bool _byKernel;
    private readonly Lock _syncing = new();
    private int _failedSyncs;

    /// <param name="root">Absolute path.</param>
    /// <param name="byKernel">Resolves paths with openat2; needs <see cref="BeneathResolver.KernelResolves"/>.</param>
    public UnixFileSystem(string root, TimeProvider time, bool byKernel)
    {
        if (!Libc.Supported)
            throw new PlatformNotSupportedException("Folders are supported on 64-bit Linux (x64, arm64) and on Windows, not on this system.");
        _byKernel = byKernel;
        _root = new RootDirectory(root, time);
    }

    /// <summary>A system call on a place: not negative, or negative with the errno set.</summary>
    private delegate nint Call<in T>(in ResolvedPath place, T argument);

    public FileSystemTraits Traits => _root.Traits;

    public FileSystemTraits TraitsAt(LocalPath path) => _mountTraits.Find(path) ?? Traits;

    internal bool HoldsRoot => _root.IsOpen;

    public RootState CheckRoot() => _root.Reopen();

    public (long Free, long Total) GetSpace()
    {
        if (!_root.TryUse(out var lease))
            throw Failure(Errno.NoRoot, "ask for the free space of", LocalPath.Root);
        Libc.StatFs system;
        using (lease)
        {
            if (Libc.StatFileSystem(lease.Fd, out system) != 0)
                throw Failure(Errno.Last, "ask for the free space of", LocalPath.Root);
        }
        var unit = system.FragmentSize > 0 ? system.FragmentSize : system.BlockSize;
        return (Bytes(system.BlocksForUs, unit), Bytes(system.Blocks, unit));
    }

    public string? ValidateName(FileName name)
    {
        var traits = TraitsAt(LocalPath.Of(name));
        foreach (var range in name.Value.AsSpan().Split('/'))
        {
            var part = name.Value.AsSpan(range);
            if (traits.WindowsNames)
            {
                if (WindowsNames.Validate(part) is { } why)
                    return why;
            }
            else if (part.Length * 3 > traits.MaxLeafLength && Encoding.UTF8.GetByteCount(part) is var length && length > traits.MaxLeafLength)
            {
                return $"'{DisplayName.Of(part.ToString())}' is {length} bytes long; {traits.Name} allows at most {traits.MaxLeafLength} bytes.";
            }
        }
        return null;
    }

    public FileStat? Stat(LocalPath path)
    {
        FileStat found = default;
        var result = Attempt(path, 0, (in ResolvedPath place, int _) =>
        {
            var failed = Libc.Stat(place.Directory, place.Leaf, Libc.SymlinkNoFollow | Libc.NoAutomount, out var stat);
            if (failed == 0)
                found = UnixStat.Of(stat);
            return failed;
        });
        if (result >= 0)
            return found;
        return -result is Errno.NotFound or Errno.Loop or Errno.NameTooLong ? null : throw Failure((int)-result, "look at", path);
    }

    private FileSystemTraits Probe(LocalPath directory)
    {
        var fd = (int)Attempt(directory, 0, static (in ResolvedPath place, int _) => OpenLeaf(place, Libc.ReadOnly | Libc.DirectoryOnly | Libc.NoFollow, 0));
        // What can't be opened can't be read or written either.
        if (fd < 0)
            return Traits;
        try
        {
            return FileSystemTypes.Probe(fd);
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    public string FilesystemOf(LocalPath directory)
    {
        var fd = (int)Do(directory, "look at the filesystem of", 0, static (in ResolvedPath place, int _) =>
            OpenLeaf(place, Libc.ReadOnly | Libc.DirectoryOnly | Libc.NoFollow, 0));
        try
        {
            return Libc.StatFileSystem(fd, out var system) == 0
                ? $"{FileSystemTypes.NameOf(system.Magic)} {system.Identity:x16}"
                : throw Failure(Errno.Last, "look at the filesystem of", directory);
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    public List<DirectoryChild> List(LocalPath directory) => List(directory, null);

    /// <param name="opened">Receives the directory's handle before it is read.</param>
    internal List<DirectoryChild> List(LocalPath directory, Action<int>? opened)
    {
        var fd = (int)Do(directory, "list", 0, static (in ResolvedPath place, int _) =>
            OpenLeaf(place, Libc.ReadOnly | Libc.DirectoryOnly | Libc.NoFollow, 0));
        try
        {
            opened?.Invoke(fd);
            var children = new List<DirectoryChild>();
            var errno = DirectoryReader.Read(fd, children);
            if (errno != 0)
                throw Failure(errno, "list", directory);
            if (children.Exists(c => c.Stat.Kind == FileKind.Directory) && Libc.StatOpen(fd, out var stat) == 0)
                _mountTraits.OnListed(directory, UnixStat.Of(stat).Mount, children, Probe);
            return children;
        }
        finally
        {
            _ = Libc.Close(fd);
        }
    }

    public void CreateDirectory(LocalPath path, uint permissions)
    {
        RefuseRoot(path, "make the directory");
        Do(path, "make the directory", permissions & 0x1ff, static (in ResolvedPath place, uint mode) =>
        {
            var made = Libc.MakeDirectory(place.Directory, place.Leaf, mode);
            // The umask removed bits. Where modes can't be set (some FUSE and network mounts), create the directory anyway.
            if (made == 0)
                _ = FilePermissions.Change(place, mode);
            return made;
        });
    }

    public void CreateSymlink(LocalPath path, string target)
    {
        RefuseRoot(path, "make the symlink");
        var bytes = new byte[(target.Length * 3) + 1];
        if (!BeneathResolver.Encode(target, bytes, out _))
            throw Failure(Errno.NotUtf8, "make the symlink", path);
        Do(path, "make the symlink", bytes, static (in ResolvedPath place, byte[] bytes) => Libc.Symlink(bytes, place.Directory, place.Leaf));
    }

    public string ReadSymlink(LocalPath path)
    {
        for (var size = 1024; ; size *= 4)
        {
            var buffer = new byte[size];
            var length = (int)Do(path, "read the symlink", buffer, static (in ResolvedPath place, byte[] buffer) =>
                Libc.ReadLink(place.Directory, place.Leaf, buffer, buffer.Length));
            if (length == size)
                continue;
            var target = buffer.AsSpan(0, length);
            return System.Text.Unicode.Utf8.IsValid(target)
                ? Encoding.UTF8.GetString(target)
                : throw new FileSystemException(FileSystemError.NotSupported,
                    $"The symlink '{Where(path)}' can't be synced: its target ('{DisplayName.Of(target)}') is not UTF-8.");
        }
    }

    public byte[] ReadLinked(string leaf, int limit)
    {
        var link = LocalPath.Root.Child(leaf);
        var fd = (int)Do(link, "read what the symlink leads to:", 0, static (in ResolvedPath place, int _) => OpenLeaf(place, Libc.ReadOnly, 0));
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(fd, ownsHandle: true);
        if (Libc.StatOpen(fd, out var stat) != 0 || UnixStat.KindOf(stat.Mode) != FileKind.File)
            throw new FileSystemException(FileSystemError.WrongKind, $"The symlink '{Where(link)}' leads to something that is not a file.");
        if (stat.Size > limit)
            throw new FileSystemException(FileSystemError.Other, $"What the symlink '{Where(link)}' leads to has {stat.Size} bytes; at most {limit} are read.");
        try
        {
            var bytes = new byte[stat.Size];
            return bytes[..RandomAccess.Read(handle, bytes, 0)];
        }
        catch (IOException e)
        {
            throw new FileSystemException(FileSystemError.Io, $"What the symlink '{Where(link)}' leads to can't be read: {e.Message}", e);
        }
    }

    public void RemoveFile(LocalPath path)
    {
        RefuseRoot(path, "remove");
        Do(path, "remove", 0, static (in ResolvedPath place, int _) => Libc.Unlink(place.Directory, place.Leaf, 0));
    }

    public void RemoveDirectory(LocalPath path)
    {
        RefuseRoot(path, "remove the directory");
        var result = Attempt(path, 0, static (in ResolvedPath place, int _) => Libc.Unlink(place.Directory, place.Leaf, Libc.RemoveDirectoryFlag));
        if (result < 0)
            throw Failure(-result == Errno.Exists ? Errno.NotEmpty : (int)-result, "remove the directory", path);
    }

    public void SetPermissions(LocalPath path, uint permissions)
    {
        if (TraitsAt(path).Permissions)
            Do(path, "set the permissions of", permissions, static (in ResolvedPath place, uint permissions) => FilePermissions.Change(place, permissions));
    }

    public void SetModified(LocalPath path, FileTime modified) =>
        Do(path, "set the modification time of", modified, static (in ResolvedPath place, FileTime modified) => FileTimes.Set(place, modified));

    public void Dispose()
    {
        _mountedBelow.Dispose();
        _root.Dispose();
    }

    private static long Bytes(ulong blocks, long unit) => (long)UInt128.Min((UInt128)blocks * (ulong)unit, long.MaxValue);

    private static int OpenLeaf(in ResolvedPath place, int flags, uint mode) =>
        Libc.Open(place.Directory, place.Leaf, flags | Libc.CloseOnExec | Libc.NonBlocking | Libc.NoTerminal, mode);

    private nint Do<T>(LocalPath path, string doing, T argument, Call<T> call)
    {
        var result = Attempt(path, argument, call);
        return result >= 0 ? result : throw Failure((int)-result, doing, path);
    }

    /// <summary>Finds the place and makes the call, again if a signal interrupted it. Returns the call's result or the negative errno.</summary>
    private nint Attempt<T>(LocalPath path, T argument, Call<T> call)
    {
        var size = (path.Value.Length * 3) + 1;
        Span<byte> buffer = size <= InlinePath ? stackalloc byte[InlinePath] : new byte[size];
        var failed = Locate(path, buffer, out var place);
        if (failed != 0)
            return -failed;
        using (place)
        {
            while (true)
            {
                var result = call(place, argument);
                if (result >= 0)
                    return result;
                var errno = Errno.Last;
                if (errno != Errno.Interrupted)
                    return -(errno == Errno.Loop ? Errno.MetSymlink : errno);
            }
        }
    }

    /// <summary>Returns 0 or the errno. When a parent isn't a directory, nothing is there.</summary>
    private int Locate(LocalPath path, Span<byte> buffer, out ResolvedPath place)
    {
        place = default;
        if (!BeneathResolver.Encode(path.Value, buffer, out var length))
            return Errno.NotUtf8;
        if (!_root.TryUse(out var lease))
            return Errno.NoRoot;
        var failed = BeneathResolver.Locate(lease, buffer[..(length + 1)], _byKernel, out place);
        if (failed != 0)
            lease.Dispose();
        return failed == Errno.NotDirectory ? Errno.NotFound : failed;
    }

    private void RefuseRoot(LocalPath path, string doing)
    {
        if (path.IsRoot)
            throw Failure(Errno.IsRoot, doing, path);
    }

    private string Where(LocalPath path) => DisplayName.Of(path.IsRoot ? _root.Path : _root.Path.TrimEnd('/') + "/" + path.Value);

    private FileSystemException Failure(int errno, string doing, LocalPath path) => Failure(errno, doing, Where(path));

    internal static FileSystemException Failure(int errno, string doing, string where) =>
        new(Errno.Meaning(errno), $"Can't {doing} '{where}': {Errno.Text(errno)}.");
}
