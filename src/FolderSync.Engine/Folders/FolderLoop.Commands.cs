using FolderSync.Core.Decide;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>What a person can tell a folder to do. Thread-safe: each command runs on the folder's context.</summary>
internal sealed partial class FolderLoop
{
    private const int PageSize = 500;

    public async Task<IgnoreText> GetIgnoresAsync(CancellationToken cancellation)
    {
        var disk = RunningDisk();
        return await _parts.Workers.Run(
            () =>
            {
                var lines = IgnoreFile.Read(disk, IgnoreFile.Name) ?? [];
                while (lines.Count > 0 && lines[^1].Length == 0)
                    lines = [.. lines.Take(lines.Count - 1)];
                var rules = IgnoreFile.Load(disk);
                return new IgnoreText(lines, rules.Expanded, rules.Error?.ToString());
            },
            cancellation);
    }

    public async Task SetIgnoresAsync(IReadOnlyList<string> lines, CancellationToken cancellation)
    {
        var disk = RunningDisk();
        await _parts.Workers.Run(
            () =>
            {
                var rules = IgnoreParser.Parse(lines, path => IgnoreFile.Read(disk, path));
                if (rules.Error is { } error)
                    throw new EngineException($"These ignore patterns can't be used: {error}");
                IgnoreFile.Write(disk, lines);
            },
            cancellation);
        RequestScan([]);
    }

    /// <summary>Send-only: this device's state becomes a newer version than all others'.</summary>
    public Task OverrideAsync(CancellationToken cancellation) => OnContextAsync("override", async () =>
    {
        if (Config.Type != FolderType.SendOnly)
            throw new EngineException($"Only a send-only folder can be overridden; {Config.DisplayName} is not one.");
        var after = default(FileName);
        var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        while (_index!.Needed(after, PageSize) is { Count: > 0 } page)
        {
            after = page[^1].Global.Name;
            await CommitAsync(_ => [.. page.Select(n => Overridden(n, now))]);
        }
    }, cancellation);

    /// <summary>Receive-only: local changes are undone; what only exists here goes to the versions.</summary>
    public Task RevertAsync(CancellationToken cancellation) => OnContextAsync("revert", async () =>
    {
        if (Config.Type != FolderType.ReceiveOnly)
            throw new EngineException($"Only a receive-only folder can be reverted; {Config.DisplayName} is not one.");
        var changed = new List<FileEntry>();
        while (_index!.ReceiveOnlyChanged(changed.Count == 0 ? default : changed[^1].Name, PageSize) is { Count: > 0 } page)
            changed.AddRange(page);
        await RemoveAddedAsync(changed);
        await CommitAsync(index => [.. changed.Select(c => index.FindLocal(c.Name)).OfType<FileEntry>()
            .Where(c => (c.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0).Select(Reverted)]);
        _pullWake.Set();
    }, cancellation);

    public Task ConfirmDeletionsAsync(bool delete, CancellationToken cancellation) => OnContextAsync("confirm deletions", async () =>
    {
        var held = Snapshot().Hold ?? throw new EngineException("No deletions are held in this folder.");
        if (held.Incoming)
        {
            await ConfirmIncomingAsync(delete);
            return;
        }
        if (delete)
        {
            _confirmGone = true;
        }
        else
        {
            // Without a version the entries lose against everybody's, so that the files come back.
            var hold = new HashSet<FileName>();
            await foreach (var gone in GoneAsync())
                hold.Add(gone);
            await CommitAsync(index => [.. hold.Select(index.FindLocal).OfType<FileEntry>()
                .Select(e => LocalChange.Tombstone(e, e.Modified.Seconds) with { Version = VersionVector.Empty })]);
            Publish(s => s with { Hold = null });
            _pullWake.Set();
        }
        RequestScan([]);
    }, cancellation);

    private FileEntry Overridden(NeededItem needed, long now)
    {
        var mine = needed.Local ?? LocalChange.Tombstone(needed.Global, now);
        return mine with { Version = EditVersion.OfBoth(mine, mine.Version, needed.Global.Version, _parts.Self.Short, now), ModifiedBy = _parts.Self.Short };
    }

    /// <summary>Carries the peers' deletions out, or announces the files anew so that they come back for everyone.</summary>
    private async Task ConfirmIncomingAsync(bool delete)
    {
        var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        var after = default(FileName);
        while (!delete && _index!.Needed(after, PageSize) is { Count: > 0 } page)
        {
            after = page[^1].Global.Name;
            await CommitAsync(_ => [.. page.Where(n => n.Global.Deleted && n.Local is { Deleted: false, IsInvalid: false }).Select(n => Overridden(n, now))]);
        }
        _confirmIncoming = delete;
        Publish(s => s with { Hold = null });
        _pullWake.Set();
    }

    private FileEntry Reverted(FileEntry changed) => changed with
    {
        // No version loses against every other: the global one is pulled over it.
        Version = VersionVector.Empty,
        LocalFlags = LocalFlags.None,
    };

    /// <summary>Everything that is in the index and not on the disk.</summary>
    private async IAsyncEnumerable<FileName> GoneAsync()
    {
        var after = default(FileName);
        while (_index!.LocalPage(default, after, PageSize, withBlocks: false) is { Count: > 0 } page)
        {
            after = page[^1].Name;
            var gone = await _parts.Workers.Run(() => page.Where(e => IsGone(e.Name)).Select(e => e.Name).ToList(), _flowsEnd);
            foreach (var name in gone)
                yield return name;
        }
    }

    /// <summary>What was added here and nobody else has.</summary>
    private async Task RemoveAddedAsync(IReadOnlyList<FileEntry> changed)
    {
        var added = changed.Where(c => !c.Deleted && _index!.Versions(c.Name).All(v => v.Device == _parts.Self || v.Entry.Deleted || v.Entry.IsInvalid)).Reverse().ToList();
        var now = _parts.Time.GetUtcNow().ToUnixTimeSeconds();
        foreach (var part in added.Chunk(256))
        {
            var steps = await _parts.Workers.Run(
                () => part.Select(p => _index!.FindLocal(p.Name)).OfType<FileEntry>()
                    .Select(ApplyStep (p) => new ApplyStep.Remove(LocalChange.Tombstone(p, now), p, Config.Versioning.Kind == VersioningKind.None ? Displaced.Discard : Displaced.Version)).ToList(),
                _flowsEnd);
            var results = await _parts.Workers.Run(() => Applier.Apply(steps), _flowsEnd);
            await CommitPulledAsync(
                _ => [.. results.OfType<ApplyResult.Done>().Select(d => d.Step.Target with { Version = VersionVector.Empty })]);
            foreach (var failed in results.OfType<ApplyResult.Failed>())
                NoteProblem(failed.Problem, _parts.Self);
        }
    }

    private IFileSystem RunningDisk() =>
        Index is not null && !_isSuspended && _disk is { } disk ? disk : throw new EngineException(_error.Length > 0 ? _error : "The folder is paused.");

    private async Task OnContextAsync(string name, Func<Task> command, CancellationToken cancellation)
    {
        RunningDisk();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
            _commands.Enqueue((command, done));
        _commandWake.Set();
        await done.OrCancelled(cancellation);
        Log.Command(_log, Config.DisplayName, name);
    }

    private void FailCommands(string reason)
    {
        List<TaskCompletionSource> waiting;
        lock (_lock)
        {
            waiting = [.. _commands.Select(c => c.Done)];
            _commands.Clear();
        }
        waiting.ForEach(w => w.TrySetException(new EngineException(reason)));
    }

    private async Task CommandFlowAsync()
    {
        while (true)
        {
            (Func<Task> Run, TaskCompletionSource Done)? next = null;
            lock (_lock)
            {
                if (_commands.TryDequeue(out var command))
                    next = command;
            }
            if (next is null)
            {
                await _commandWake.WaitUntilAsync(Deadline.Never, _flowsEnd);
                continue;
            }
            try
            {
                await next.Value.Run();
                next.Value.Done.TrySetResult();
            }
            catch (Exception e) when (e is EngineException or FileSystemException)
            {
                next.Value.Done.TrySetException(new EngineException(e.Message));
            }
            catch (Exception e)
            {
                next.Value.Done.TrySetException(e);
                throw;
            }
        }
    }
}
