using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Engine.Versions;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Protocol;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Pulling;

/// <summary>Assembles one file: from an earlier attempt, from local files with the same blocks, and from peers, many blocks at a time.</summary>
internal sealed class FileTransfer : IFileFetch
{
    /// <summary>Local blocks are copied in steps of this size, each where there is room for it.</summary>
    private const int CopyStep = 32 << 20;

    /// <summary>Fewer missing bytes than this are fetched instead of searched in the whole folder.</summary>
    private const long WorthLocating = 1 << 20;

    private readonly PullContext _context;
    private readonly PullItem _item;
    private readonly FileEntry? _same;
    private readonly Sources _sources;
    private readonly Lock _lock = new();
    private readonly List<int> _unannounced = [];
    private StagedFile? _staged;
    private DiskRoom.Plan? _plan;
    private PullFailure? _failure;
    private long _done;
    private int _reused;
    private int _copied;
    private int _pulled;

    /// <param name="same">A local file with exactly this content.</param>
    public FileTransfer(PullContext context, PullItem item, FileEntry? same)
    {
        (_context, _item, _same) = (context, item, same);
        _sources = new Sources(context, item);
    }

    public FileEntry Target => _item.Global;

    public FileName Name => _item.Name;

    public VersionVector Version => Target.Version;

    public long BytesDone
    {
        get
        {
            lock (_lock)
                return Math.Min(_done, Target.Size);
        }
    }

    private BlockList Blocks => _item.Global.Blocks!;

    /// <summary>Disk space that it still needs.</summary>
    public long Lacking => _plan?.Remaining ?? (_staged?.Lacking is var (missing, holes) ? missing + holes : Target.Size);

    private OpenFolder Open => _context.Open;

    private DiskRoom Room => _context.Room;

    /// <summary>The finished temp file, or null with the reason recorded for the folder.</summary>
    public async Task<StagedFile?> RunAsync(CancellationToken cancellation)
    {
        if (_item.Global.Blocks is null)
        {
            _context.Retries.Note(Target, new PullFailure("The other device did not send the file's block list.", RetryWhen.Rarely));
            return null;
        }
        try
        {
            return Blocks.Count == 1 && _same is null ? await FetchSmallAsync(cancellation) : await FetchLargeAsync(cancellation);
        }
        finally
        {
            _plan?.Dispose();
            _plan = null;
        }
    }

    public void Close() => _staged?.Close();

    public FileProgress Progress()
    {
        lock (_lock)
            return new FileProgress(Name, Math.Min(_done, Target.Size), Target.Size, Target.Blocks?.Count ?? 0, _reused, _copied, _pulled);
    }

    /// <summary>Blocks received since the last call, to be announced to other devices.</summary>
    public IReadOnlyList<int> TakeUnannounced()
    {
        lock (_lock)
        {
            List<int> taken = [.. _unannounced];
            _unannounced.Clear();
            return taken;
        }
    }

    /// <summary>Thread-safe; null when the block isn't there or another version is requested.</summary>
    public PooledBytes? ReadBlock(BepMessage.Request request)
    {
        if (_staged is not { } staged || Target.Blocks is null)
            return null;
        // The offset comes from the peer: it may lie beyond any file.
        var number = request.Offset / Blocks.BlockSize;
        if (number < 0 || number >= Blocks.Count)
            return null;
        var index = (int)number;
        var block = Blocks[index];
        if (block.Offset != request.Offset || block.Size != request.Size || block.Hash != request.Hash)
            return null;
        var bytes = PooledBytes.Rent(request.Size);
        if (staged.TryReadBlock(index, bytes.Span))
            return bytes;
        bytes.Dispose();
        return null;
    }

    /// <summary>A file of one block: creates nothing on disk before the block has arrived.</summary>
    private async Task<StagedFile?> FetchSmallAsync(CancellationToken cancellation)
    {
        var block = Blocks[0];
        // On a full disk, don't request what there is no room for.
        if (Room.WasShort)
            _plan = await Open.RunAsync(() => Room.Admit(Name, block.Size), cancellation);
        if (block.Size == 0)
            return await Open.RunAsync(() => Write(block, default), cancellation);
        while (await AskAsync(block, null, cancellation) is { } answer)
        {
            using (answer)
            {
                var staged = await Open.RunAsync(() => IsThat(block, answer.Bytes) ? Write(block, answer.Bytes.Memory) : null, cancellation);
                if (staged is not null)
                    return staged;
            }
            _sources.NoteWrong(answer.From);
        }
        _context.Retries.Note(Target, _failure!.Value);
        return null;
    }

    private async Task<StagedFile?> FetchLargeAsync(CancellationToken cancellation)
    {
        var missing = await Open.RunAsync(Prepare, cancellation);
        if (missing.Count > 0)
            await FetchAsync(missing, cancellation);
        if (_failure is { } failure)
        {
            Close();
            _context.Retries.Note(Target, failure.When == RetryWhen.DiskHasRoom ? failure with { RoomWanted = Lacking } : failure);
            return null;
        }
        await Open.RunAsync(Finish, cancellation);
        return _staged;
    }

    private void Finish()
    {
        // The rest of the plan is holes.
        if (!_plan!.TryWrite(_plan.Remaining, _staged!.Finish))
            throw new FileSystemException(FileSystemError.NoSpace, $"Not enough space to finish {Name}. Free some space on the disk: the transfer then resumes automatically.");
    }

    private StagedFile Write(Block block, ReadOnlyMemory<byte> data)
    {
        _plan ??= Room.Admit(Name, block.Size);
        _context.Parents.Create(Name);
        var staged = _staged = Open.Applier.Stage(Target, _item.Expected);
        try
        {
            if (staged.Missing.Count > 0)
                _plan!.Write(block.Size, () => staged.WriteBlock(block.Index, data.Span));
            staged.Finish();
            lock (_lock)
                _done = Target.Size;
            return staged;
        }
        catch
        {
            staged.Close();
            throw;
        }
    }

    /// <summary>Opens the temp file and reuses what is already here; returns what is missing. Runs on a worker.</summary>
    private IReadOnlyList<int> Prepare()
    {
        _context.Parents.Create(Name);
        _staged = Open.Applier.Stage(Target, _item.Expected);
        Admit();
        _reused = Blocks.Count - _staged.Missing.Count;
        if (_same is not null)
            CopyFrom(_same.Name, i => i < _same.Blocks!.Count && _same.Blocks.HashOf(i) == Blocks.HashOf(i) ? (long)i * Blocks.BlockSize : -1);
        if (_staged.Missing.Count > 0 && _item.Expected is { IsFile: true, Blocks: { } old } && old.BlockSize == Blocks.BlockSize)
            CopyFrom(Name, OffsetsIn(old));
        if (_staged.Missing.Sum(i => (long)Blocks.SizeOf(i)) >= WorthLocating)
            CopyLocated();
        var missing = _staged.Missing;
        var lacking = _staged.Lacking;
        _plan!.Revise(lacking.Missing + lacking.Holes);
        lock (_lock)
        {
            _copied = Blocks.Count - missing.Count - _reused;
            _done = Target.Size - missing.Sum(i => (long)Blocks.SizeOf(i));
            _unannounced.AddRange(Enumerable.Range(0, Blocks.Count).Except(missing));
        }
        return missing;
    }

    private static Func<int, BlockHash, long> At(BlockList old)
    {
        var places = new Dictionary<BlockHash, long>();
        for (var i = old.Count - 1; i >= 0; i--)
            places[old.HashOf(i)] = (long)i * old.BlockSize;
        return (index, hash) => index < old.Count && old.HashOf(index) == hash ? (long)index * old.BlockSize : places.GetValueOrDefault(hash, -1);
    }

    private Func<int, long> OffsetsIn(BlockList old)
    {
        var at = At(old);
        return i => at(i, Blocks.HashOf(i));
    }

    private void CopyFrom(FileName name, Func<int, long> offsetOf)
    {
        try
        {
            using var source = Open.Disk.OpenRead(LocalPath.Of(name));
            var missing = _staged!.Missing;
            for (var i = 0; i < missing.Count;)
            {
                var offset = offsetOf(missing[i]);
                var run = 1;
                while (offset >= 0 && (run + 1L) * Blocks.BlockSize <= CopyStep && i + run < missing.Count && missing[i + run] == missing[i] + run &&
                       offsetOf(missing[i + run]) == offset + ((long)run * Blocks.BlockSize))
                    run++;
                // A source that changed meanwhile yields wrong blocks; they stay missing and are fetched.
                if (offset >= 0 && !Copy(source, offset, missing, i, run))
                    return;
                i += run;
            }
        }
        catch (FileSystemException e) when (e.Error is not (FileSystemError.NoSpace or FileSystemError.Io))
        {
            // It is gone or unreadable: fetch instead.
        }
    }

    /// <summary>False when there is no room for copies: then the blocks are fetched, and old versions make room for what really arrives.</summary>
    private bool Copy(IReadFile source, long offset, IReadOnlyList<int> missing, int from, int run)
    {
        var bytes = 0L;
        for (var i = from; i < from + run; i++)
            bytes += Blocks.SizeOf(missing[i]);
        return _plan!.TryWrite(bytes, () => _staged!.TryCopyBlocks(source, offset, missing[from], run));
    }

    private void CopyLocated()
    {
        var wanted = _staged!.Missing.Select(Blocks.HashOf).ToHashSet();
        var places = Open.Index.LocateBlocks(wanted);
        foreach (var name in places.Values.Select(p => p.Name).Distinct().Order())
        {
            CopyFrom(name, i => places.TryGetValue(Blocks.HashOf(i), out var place) && place.Name == name && place.Size == Blocks.SizeOf(i) ? place.Offset : -1);
        }
    }

    private void Admit()
    {
        var (missing, holes) = _staged!.Lacking;
        try
        {
            _plan = Room.Admit(Name, missing, holes);
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NoSpace && missing + holes == Target.Size)
        {
            // Nothing of it is here: an empty temp file would be useless.
            _staged.Discard();
            throw;
        }
    }

    private async Task FetchAsync(IReadOnlyList<int> missing, CancellationToken cancellation)
    {
        using var fetches = new TaskGroup(cancellation);
        // Devices that want the same file start at different places, so that each soon has what the others lack.
        var start = missing.Count * OwnPlaceAmongDevices() / Math.Max(1, _context.Config.Devices.Length + 1);
        try
        {
            for (var n = 0; n < missing.Count && _failure is null && !fetches.HasFailed; n++)
            {
                var block = Blocks[missing[(start + n) % missing.Count]];
                var turn = await _sources.AcquireAsync(block, new SortedSet<DeviceId>(), fetches.Ended);
                fetches.Run(() => FetchBlockAsync(block, turn, fetches.Ended));
            }
        }
        catch (OperationCanceledException) when (fetches.HasFailed)
        {
            // One of them failed and ended the others.
        }
        finally
        {
            await fetches.WaitForAllAsync();
        }
        await fetches.WhenIdleAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>This device's position among all devices of the folder, from 0.</summary>
    private int OwnPlaceAmongDevices() => _context.Config.Devices.Count(d => d.CompareTo(_context.Parts.Self) < 0);

    /// <param name="turn">Whom to ask first; null: nobody had it.</param>
    private async Task FetchBlockAsync(Block block, SourceTurn? turn, CancellationToken cancellation)
    {
        try
        {
            while (_failure is null && await AskAsync(block, turn, cancellation) is { } answer)
            {
                using (answer)
                {
                    if (await Open.RunAsync(() => VerifyAndWrite(block, answer.Bytes), cancellation))
                        return;
                }
                _sources.NoteWrong(answer.From);
                turn = null;
            }
        }
        catch (FileSystemException e)
        {
            _failure ??= e.Error == FileSystemError.NoSpace ? new PullFailure(e.Message, RetryWhen.DiskHasRoom) : new PullFailure(e.Message);
        }
        finally
        {
            turn?.Dispose();
        }
    }

    /// <summary>Asks one source after the other; null when none is left, with the failure recorded.</summary>
    /// <param name="turn">The first one to ask, if that is known; disposed here or with the answer.</param>
    private async Task<Answer?> AskAsync(Block block, SourceTurn? turn, CancellationToken cancellation)
    {
        var tried = new SortedSet<DeviceId>();
        PullFailure? refusal = null;
        while ((turn ??= await _sources.AcquireAsync(block, tried, cancellation)) is { } now)
        {
            tried.Add(now.Peer.Id);
            turn = null;
            try
            {
                var bytes = await now.Peer.RequestAsync(Name, block, now.FromTemporary, now.HasFaster, cancellation);
                _context.Folder.CountReceived(block.Size);
                return new Answer(bytes, now);
            }
            catch (RequestFailedException e)
            {
                now.Dispose();
                refusal = new PullFailure($"{now.Peer.Name}: {e.Message}", e.IsSilence ? RetryWhen.SourcesChange : RetryWhen.Later, now.Peer.Id);
            }
            catch
            {
                now.Dispose();
                throw;
            }
        }
        _failure ??= (refusal ?? _sources.ExplainNone()) with { SourcesVersion = _sources.Version };
        return null;
    }

    private bool VerifyAndWrite(Block block, PooledBytes bytes)
    {
        if (!IsThat(block, bytes))
            return false;
        _plan!.Write(block.Size, () => _staged!.WriteBlock(block.Index, bytes.Span));
        lock (_lock)
        {
            _done += block.Size;
            _pulled++;
            _unannounced.Add(block.Index);
        }
        return true;
    }

    private static bool IsThat(Block block, PooledBytes bytes)
    {
        Span<byte> hash = stackalloc byte[BlockHash.Length];
        SHA256.HashData(bytes.Span, hash);
        return new BlockHash(hash) == block.Hash;
    }

    /// <summary>A block as a device sent it; its bytes count against that device's budget until it is disposed.</summary>
    private sealed record Answer(PooledBytes Bytes, SourceTurn Turn) : IDisposable
    {
        public IBlockSource From => Turn.Peer;

        public void Dispose()
        {
            Bytes.Dispose();
            Turn.Dispose();
        }
    }
}
