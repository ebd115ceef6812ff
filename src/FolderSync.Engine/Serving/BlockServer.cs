using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Serving;

/// <summary>The response to a block request. The receiver disposes the bytes.</summary>
internal readonly record struct ServedBlock(ErrorCode Code, PooledBytes? Data = null);

/// <summary>Answers peers' requests from an open folder's disk: only what the index announces, only inside the root. Thread-safe.</summary>
/// <param name="onIndexDamaged">Called when a reader found damage.</param>
internal sealed class BlockServer(OpenFolder open, OpenFileCache files, IPartialBlocks? partial, IScanRequests scans, Action<IndexDamagedException> onIndexDamaged)
{
    public Task<ServedBlock> ServeAsync(DeviceId peer, BepMessage.Request request, CancellationToken cancellation)
    {
        if (InternalNames.IsInternal(request.Name))
            return Task.FromResult(new ServedBlock(ErrorCode.InvalidFile));
        if (!open.Folder.Config.Devices.Contains(peer))
            return Task.FromResult(new ServedBlock(ErrorCode.Generic));
        return open.RunAsync(() => Serve(request), cancellation);
    }

    private ServedBlock Serve(BepMessage.Request request)
    {
        try
        {
            if (request.FromTemporary && partial?.Read(request) is { } bytes)
                return new ServedBlock(ErrorCode.NoError, bytes);
            if (files.Borrow(open.Index, open.Disk, request.Name) is not { } file)
                return new ServedBlock(ErrorCode.NoSuchFile);
            try
            {
                return Read(file, request);
            }
            finally
            {
                files.Return(file);
            }
        }
        catch (FileSystemException e)
        {
            scans.Request([request.Name]);
            return new ServedBlock(e.Error is FileSystemError.NotFound or FileSystemError.WrongKind ? ErrorCode.NoSuchFile : ErrorCode.Generic);
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            // It was closed meanwhile, or the index can't be read now.
            return new ServedBlock(ErrorCode.Generic);
        }
        catch (IndexDamagedException e)
        {
            onIndexDamaged(e);
            return new ServedBlock(ErrorCode.Generic);
        }
    }

    private ServedBlock Read(ServedFile file, BepMessage.Request request)
    {
        var stat = file.File.Stat();
        if (stat.Size != file.Entry.Size || stat.Modified != file.Entry.Disk.Modified)
        {
            file.IsStale = true;
            scans.Request([request.Name]);
            return new ServedBlock(ErrorCode.NoSuchFile);
        }
        if (request.Offset > file.Entry.Size - request.Size)
            return new ServedBlock(ErrorCode.InvalidFile);
        var data = PooledBytes.Rent(request.Size);
        if (file.File.Read(data.Span, request.Offset) == request.Size)
            return new ServedBlock(ErrorCode.NoError, data);
        data.Dispose();
        return new ServedBlock(ErrorCode.NoSuchFile);
    }
}
