using System.Runtime.InteropServices;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Windows;

/// <summary>
/// A folder on a Windows disk. Symlinks and junctions are Other and are never followed: it checks the parents before each call, and an opened
/// file's final path afterwards. (A parent that becomes a junction in between could redirect a rename or delete.)
/// </summary>
internal sealed unsafe partial class WindowsFileSystem : IFileSystem
{
    private const uint Opening = Kernel32.BackupSemantics | Kernel32.OpenReparsePoint;

    private readonly string _root;
    private readonly Action<TimeSpan> _pause;
    private FileSystemTraits? _traits;

    /// <param name="root">Absolute path.</param>
    /// <param name="pause">Waits before a file that another program holds is tried again; <see cref="Thread.Sleep(TimeSpan)"/> if null.</param>
    public WindowsFileSystem(string root, Action<TimeSpan>? pause = null)
    {
        _root = WindowsPath.Extended(Path.GetFullPath(root));
        _pause = pause ?? Thread.Sleep;
    }

    public FileSystemTraits Traits => _traits ??= Probe();

    public FileSystemTraits TraitsAt(LocalPath path) => Traits;

    /// <summary>A volume that is mounted in a directory is a junction, which is never followed.</summary>
    public string FilesystemOf(LocalPath directory) => "";

    public byte[] ReadLinked(string leaf, int limit)
    {
        var path = _root.TrimEnd('\\') + "\\" + leaf;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > limit)
                throw new FileSystemException(FileSystemError.Other, $"What the symlink '{leaf}' leads to has {file.Length} bytes; at most {limit} are read.");
            var bytes = new byte[file.Length];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException and not FileSystemException))
        {
            throw new FileSystemException(FileSystemError.Io, $"What the symlink '{leaf}' leads to can't be read: {e.Message}", e);
        }
    }

    public RootState CheckRoot()
    {
        var attributes = Kernel32.GetAttributes(_root);
        if (attributes == Kernel32.NoAttributes)
            return Marshal.GetLastPInvokeError() is WindowsErrors.NotFound or WindowsErrors.PathNotFound or WindowsErrors.NotReady or WindowsErrors.InvalidName
                ? RootState.Missing
                : RootState.Unreadable;
        if ((attributes & Kernel32.AttributeDirectory) == 0)
            return RootState.NotADirectory;
        if (Kernel32.GetAttributes(_root.TrimEnd('\\') + @"\.stfolder") != Kernel32.NoAttributes)
            return RootState.Present;
        return Marshal.GetLastPInvokeError() is WindowsErrors.NotFound or WindowsErrors.PathNotFound ? RootState.MarkerMissing : RootState.Unreadable;
    }

    public (long Free, long Total) GetSpace() =>
        Kernel32.GetFreeSpace(_root, out var free, out var total, out _)
            ? ((long)Math.Min(free, long.MaxValue), (long)Math.Min(total, long.MaxValue))
            : throw WindowsErrors.Failure("ask for the free space of", WindowsPath.WithoutPrefix(_root));

    public string? ValidateName(FileName name)
    {
        foreach (var range in name.Value.AsSpan().Split('/'))
        {
            if (WindowsNames.Validate(name.Value.AsSpan(range)) is { } why)
                return why;
        }
        return _root.Length + name.Value.Length > 32_000 ? $"'{DisplayName.Of(name.Leaf)}' is too deep: Windows allows paths of at most 32,000 characters." : null;
    }

    public FileStat? Stat(LocalPath path)
    {
        var full = WindowsPath.Below(_root, path);
        if (FindReparsePoint(path) is not null)
            return null;
        using var handle = Kernel32.CreateFile(full, Kernel32.ReadAttributes, Kernel32.ShareAll, 0, Kernel32.OpenExisting, Opening, 0);
        if (handle.IsInvalid)
            return IsNotThere(Marshal.GetLastPInvokeError()) ? null : throw Failure("look at", path);
        return WindowsStat.Of(handle) ?? throw Failure("look at", path);
    }

    public List<DirectoryChild> List(LocalPath directory)
    {
        using var handle = OpenChecked(directory, "list", Kernel32.ListDirectory | Kernel32.ReadAttributes, Kernel32.OpenExisting, out var stat);
        if (stat.Kind != FileKind.Directory)
            throw new FileSystemException(FileSystemError.WrongKind, $"Can't list '{Where(directory)}': it is not a directory.");
        var children = new List<DirectoryChild>();
        const int size = 64 * 1024;
        var buffer = NativeMemory.AlignedAlloc(size, 8);
        try
        {
            while (Kernel32.GetInfo(handle, Kernel32.DirectoryClass, buffer, size))
                AddAll((byte*)buffer, children);
            var code = Marshal.GetLastPInvokeError();
            return code is WindowsErrors.NoMoreFiles or WindowsErrors.NotFound ? children : throw WindowsErrors.Failure(code, "list", Where(directory));
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    public IReadFile OpenRead(LocalPath path) => Open(path, "read", Kernel32.GenericRead, Kernel32.OpenExisting);

    public IWriteFile OpenWrite(LocalPath path, bool create) =>
        Open(path, "write", Kernel32.GenericRead | Kernel32.GenericWrite, create ? Kernel32.OpenAlways : Kernel32.OpenExisting);

    public IWriteFile CreateNew(LocalPath path) => Open(path, "create", Kernel32.GenericRead | Kernel32.GenericWrite, Kernel32.CreateNew);

    public void CreateDirectory(LocalPath path, uint permissions)
    {
        var full = Checked(path, "make the directory");
        if (!Kernel32.MakeDirectory(full, 0))
            throw Failure("make the directory", path);
        // A leading dot doesn't hide a file on Windows.
        if (path.Parent.IsRoot && path.Leaf is InternalNames.Marker or InternalNames.Versions)
            _ = Kernel32.SetAttributes(full, Kernel32.AttributeHidden);
    }

    public void CreateSymlink(LocalPath path, string target) => throw NoSymlinks("make the symlink", path);

    public string ReadSymlink(LocalPath path) => throw NoSymlinks("read the symlink", path);

    public void RemoveFile(LocalPath path)
    {
        var full = Checked(path, "remove");
        // A junction or directory symlink is one name, but Windows removes it as a directory.
        var attributes = Kernel32.GetAttributes(full);
        if (attributes != Kernel32.NoAttributes && (attributes & Kernel32.AttributeDirectory) != 0)
        {
            if ((attributes & Kernel32.AttributeReparsePoint) == 0)
                throw new FileSystemException(FileSystemError.WrongKind, $"Can't remove '{Where(path)}': it is a directory.");
            if (!Kernel32.RemoveDirectory(full))
                throw Failure("remove", path);
            return;
        }
        if (Kernel32.DeleteFile(full))
            return;
        var code = Marshal.GetLastPInvokeError();
        if (!(ClearReadOnly(full) && Kernel32.DeleteFile(full)))
            throw WindowsErrors.Failure(code, "remove", Where(path));
    }

    public void RemoveDirectory(LocalPath path)
    {
        var full = Checked(path, "remove the directory");
        if (Stat(path)?.Kind == FileKind.Other)
            throw new FileSystemException(FileSystemError.WrongKind, $"Can't remove the directory '{Where(path)}': it leads elsewhere.");
        if (Kernel32.RemoveDirectory(full))
            return;
        var code = Marshal.GetLastPInvokeError();
        if (!(ClearReadOnly(full) && Kernel32.RemoveDirectory(full)))
            throw WindowsErrors.Failure(code, "remove the directory", Where(path));
    }

    /// <summary>Does nothing: permission bits have no meaning here.</summary>
    public void SetPermissions(LocalPath path, uint permissions)
    {
    }

    public void SetModified(LocalPath path, FileTime modified)
    {
        using var handle = OpenChecked(path, "set the modification time of", Kernel32.WriteAttributes | Kernel32.ReadAttributes, Kernel32.OpenExisting, out _);
        if (!WindowsStat.SetModified(handle, modified))
            throw Failure("set the modification time of", path);
    }

    /// <summary>
    /// Renames are written through; removals and new directories aren't. Flushing a directory makes NTFS write its log. Some filesystems reject the
    /// call, and there is no other.
    /// </summary>
    public void SyncDirectory(LocalPath path)
    {
        using var handle = Kernel32.CreateFile(Checked(path, "make durable"), Kernel32.GenericWrite, Kernel32.ShareAll, 0, Kernel32.OpenExisting, Opening, 0);
        if (!handle.IsInvalid && !Kernel32.Flush(handle) && WindowsErrors.Meaning(Marshal.GetLastPInvokeError()) == FileSystemError.Io)
            throw Failure("make durable", path);
    }

    public void SyncAll() =>
        throw new FileSystemException(FileSystemError.NotSupported, $"Windows can't make everything in '{WindowsPath.WithoutPrefix(_root)}' durable at once.");

    public void Dispose()
    {
    }

    private static void AddAll(byte* record, List<DirectoryChild> children)
    {
        while (true)
        {
            ref var child = ref *(Kernel32.DirectoryRecord*)record;
            var name = new string((char*)(record + Kernel32.DirectoryRecord.NameOffset), 0, (int)child.NameLength / 2);
            if (name is not ("." or ".."))
            {
                var leaf = System.Text.Unicode.Utf8.FromUtf16(name, new byte[name.Length * 3], out _, out _, replaceInvalidSequences: false)
                    == System.Buffers.OperationStatus.Done ? name : null;
                children.Add(new DirectoryChild(leaf, leaf ?? DisplayName.Of(name.Replace('\ufffe', '?')), WindowsStat.Of(child)));
            }
            if (child.Next == 0)
                return;
            record += child.Next;
        }
    }

    private FileSystemTraits Probe()
    {
        const int size = 300;
        char* volume = stackalloc char[size], name = stackalloc char[size];
        name[0] = '\0';
        if (Kernel32.GetVolumePath(_root, volume, size))
            _ = Kernel32.GetVolume(volume, null, 0, null, null, null, name, size);
        var type = new string(name);
        return new FileSystemTraits
        {
            Name = type.Length > 0 ? type : "unknown",
            CaseInsensitive = true,
            Permissions = false,
            Symlinks = false,
            WindowsNames = true,
            ModifiedWindowNanoseconds = type.Contains("FAT", StringComparison.OrdinalIgnoreCase) ? 2_000_000_000 : 0,
        };
    }
}
