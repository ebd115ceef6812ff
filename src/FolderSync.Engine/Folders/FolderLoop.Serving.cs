using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>Answers peers' requests from the disk: only what the index announces, only inside the root. Thread-safe.</summary>
internal sealed partial class FolderLoop
{
    private const int MaxOpenFiles = 16;

    private readonly Lock _servingLock = new();
    private readonly LinkedList<ServedFile> _served = new();

    /// <summary>Raised with each local commit: what was opened before and is in use meanwhile is not kept.</summary>
    private long _servingGeneration;

    public Task<(ErrorCode Code, PooledBytes? Data)> ServeAsync(DeviceId peer, BepMessage.Request request, CancellationToken cancellation)
    {
        if (!Config.Devices.Contains(peer) || Index is not { } index || _disk is not { } disk || InternalNames.IsInternal(request.Name))
            return Task.FromResult<(ErrorCode, PooledBytes?)>((InternalNames.IsInternal(request.Name) ? ErrorCode.InvalidFile : ErrorCode.Generic, null));
        return _parts.Workers.Run(() => Serve(index, disk, request), cancellation);
    }

    private (ErrorCode Code, PooledBytes? Data) Serve(IFolderIndex index, IFileSystem disk, BepMessage.Request request)
    {
        try
        {
            if (request.FromTemporary && ServeFromTemporary(request) is { } bytes)
                return (ErrorCode.NoError, bytes);
            var file = Borrow(index, disk, request.Name);
            if (file is null)
                return (ErrorCode.NoSuchFile, null);
            try
            {
                return Read(file, request);
            }
            finally
            {
                GiveBack(file);
            }
        }
        catch (FileSystemException e)
        {
            RequestScan([request.Name]);
            return (e.Error is FileSystemError.NotFound or FileSystemError.WrongKind ? ErrorCode.NoSuchFile : ErrorCode.Generic, null);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            // Closed meanwhile, or the index can't be read at the moment.
            return (ErrorCode.Generic, null);
        }
        catch (IndexDamagedException e)
        {
            OnIndexDamaged(e);
            return (ErrorCode.Generic, null);
        }
    }

    private (ErrorCode Code, PooledBytes? Data) Read(ServedFile file, BepMessage.Request request)
    {
        var stat = file.File.Stat();
        if (stat.Size != file.Entry.Size || stat.Modified != file.Entry.Disk.Modified)
        {
            file.IsStale = true;
            RequestScan([request.Name]);
            return (ErrorCode.NoSuchFile, null);
        }
        if (request.Offset > file.Entry.Size - request.Size)
            return (ErrorCode.InvalidFile, null);
        var data = PooledBytes.Rent(request.Size);
        if (file.File.Read(data.Span, request.Offset) == request.Size)
            return (ErrorCode.NoError, data);
        data.Dispose();
        return (ErrorCode.NoSuchFile, null);
    }

    /// <summary>An open file that nobody else uses now: the last one of that name and version, or a new one. Null where it is not to be served.</summary>
    private ServedFile? Borrow(IFolderIndex index, IFileSystem disk, FileName name)
    {
        long generation;
        lock (_servingLock)
        {
            generation = _servingGeneration;
            for (var node = _served.First; node is not null; node = node.Next)
            {
                if (node.Value.Entry.Name != name)
                    continue;
                _served.Remove(node);
                return node.Value;
            }
        }
        var entry = index.FindLocal(name);
        if (entry is not { IsFile: true, IsInvalid: false })
            return null;
        return new ServedFile(disk.OpenRead(LocalPath.Of(name)), entry with { Blocks = null, PreHashes = default }, generation);
    }

    private void GiveBack(ServedFile file)
    {
        ServedFile? oldest = null;
        lock (_servingLock)
        {
            if (file.IsStale || file.Generation != _servingGeneration)
            {
                oldest = file;
            }
            else
            {
                _served.AddFirst(file);
                if (_served.Count > MaxOpenFiles)
                {
                    oldest = _served.Last!.Value;
                    _served.RemoveLast();
                }
            }
        }
        oldest?.File.Dispose();
    }

    /// <summary>Handles of names that were just replaced show the old content.</summary>
    private void DropServing(IReadOnlySet<FileName>? names = null)
    {
        var dropped = new List<ServedFile>();
        lock (_servingLock)
        {
            _servingGeneration++;
            for (var node = _served.First; node is not null;)
            {
                var next = node.Next;
                node.Value.Generation = _servingGeneration;
                if (names?.Contains(node.Value.Entry.Name) != false)
                {
                    dropped.Add(node.Value);
                    _served.Remove(node);
                }
                node = next;
            }
        }
        dropped.ForEach(d => d.File.Dispose());
    }

    private sealed class ServedFile(IReadFile file, FileEntry entry, long generation)
    {
        public long Generation { get; set; } = generation;

        public IReadFile File { get; } = file;

        /// <summary>As indexed when it was opened, without blocks.</summary>
        public FileEntry Entry { get; } = entry;

        public bool IsStale { get; set; }
    }
}
