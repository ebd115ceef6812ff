using FolderSync.Core.Model;
using FolderSync.Filesystem;

namespace FolderSync.Simulator.Disks;

/// <summary>An open file of a <see cref="MemoryFileSystem"/>. It keeps its inode when its name changes.</summary>
internal sealed class MemoryFile(MemoryFileSystem fs, MemoryNode node, LocalPath path, bool writable) : IWriteFile
{
    private readonly MemoryDisk _disk = fs.Disk;

    public FileStat Stat()
    {
        lock (_disk.Gate)
        {
            fs.Begin("FileStat", path);
            return _disk.StatOf(node, mount: 0);
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(Read), path);
            if (offset >= node.Length)
                return 0;
            var part = node.Content.Slice((int)offset, (int)Math.Min(buffer.Length, node.Length - offset));
            part.CopyTo(buffer);
            return part.Length;
        }
    }

    public void Write(ReadOnlySpan<byte> data, long offset)
    {
        lock (_disk.Gate)
        {
            var torn = fs.Begin(nameof(Write), path, mayTear: true);
            MustBeWritable(nameof(Write));
            MustFit(nameof(Write), _disk.Write(node, torn ? data[..(data.Length / 2)] : data, checked((int)offset)));
            if (torn)
                throw MemoryFileSystem.Dead(nameof(Write), path);
        }
    }

    public void SetLength(long length)
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(SetLength), path);
            MustBeWritable(nameof(SetLength));
            MustFit(nameof(SetLength), _disk.SetLength(node, checked((int)length)));
        }
    }

    public bool TryCopyRange(IReadFile source, long sourceOffset, long offset, long length)
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(TryCopyRange), path);
            MustBeWritable(nameof(TryCopyRange));
            if (source is not MemoryFile other || other._disk != _disk || sourceOffset + length > other.Node.Length)
                return false;
            MustFit(nameof(TryCopyRange), _disk.Write(node, other.Node.Content.Slice((int)sourceOffset, (int)length), checked((int)offset)));
            return true;
        }
    }

    public void CarryOver(IReadFile from)
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(CarryOver), path);
            if (((MemoryFile)from).Node.Now.Attribute is { } attribute)
                _disk.Touch(node, node.Now with { Attribute = attribute, ChangeTime = _disk.Tick() });
        }
    }

    public void SetPermissions(uint permissions)
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(SetPermissions), path);
            fs.ChangePermissions(node, permissions, path);
        }
    }

    public void SetModified(FileTime modified)
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(SetModified), path);
            fs.ChangeModified(node, modified);
        }
    }

    public void Sync()
    {
        lock (_disk.Gate)
        {
            fs.Begin(nameof(Sync), path);
            _disk.MakeDurable(node);
        }
    }

    public void Dispose()
    {
    }

    private MemoryNode Node => node;

    private void MustBeWritable(string operation)
    {
        if (!writable)
            throw MemoryFileSystem.Fail(FileSystemError.ReadOnly, operation, path);
    }

    private void MustFit(string operation, bool fits)
    {
        if (!fits)
            throw MemoryFileSystem.Fail(FileSystemError.NoSpace, operation, path);
    }
}
