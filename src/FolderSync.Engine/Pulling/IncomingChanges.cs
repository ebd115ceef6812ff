using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Status;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// Guards against peers' changes that displace too much at once: what is edited, deleted or overwritten on another device, by a program that encrypts
/// its files or by mistake. Judged twice: everything needed, before a round places any of it; and each batch by what it displaces, so that neither
/// what arrives meanwhile nor a false announcement gets beyond the limit. Outlives each opening of the folder. Thread-safe.
/// </summary>
internal sealed class IncomingChanges(ConfiguredFolder folder)
{
    private const int MaxReportedNames = 100;
    private const int MaxReportedDevices = 3;

    /// <summary>So much of what was added may be forgotten by a kill: then it counts as older than it is.</summary>
    private static readonly TimeSpan SaveAddedEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly RecentFiles _displaced = new(folder.Parts, $"deletions-incoming/{folder.Id.Value}");
    private readonly RecentFiles _added = new(folder.Parts, $"added-incoming/{folder.Id.Value}", SaveAddedEvery);
    private readonly AcceptedChanges _accepted = new(folder, $"accepted-incoming/{folder.Id.Value}");

    /// <summary>Changes, by key: whether they bring back what the trash can has.</summary>
    private readonly Dictionary<ulong, bool> _restored = [];
    private bool _isHolding;
    private bool _hasRefused;
    private long? _deferredSince;

    private FolderConfig Config => folder.Config;

    private ShortId Self => folder.Parts.Self.Short;

    private bool MakesConflictCopies => Config.MaxConflicts != 0;

    private bool IsOff => Config.DisplacementLimits.IsOff || Config.Type == FolderType.SendOnly;

    /// <summary>Judges everything needed; then <see cref="MustWait"/> says what must wait.</summary>
    /// <param name="settled">When what has been announced can be judged: the rest of a renamed tree may still arrive.</param>
    public async Task JudgeAsync(PullContext context, Deadline settled, CancellationToken cancellation)
    {
        var isSettled = settled.IsPast(folder.Parts.Time);
        var hold = await context.Open.RunAsync(() => Judge(context, isSettled), cancellation);
        if (!isSettled && IsUndecided(hold))
            context.Retries.AttemptAt(settled);
        else if (hold is null)
            End();
        else
            Publish(hold);
    }

    /// <summary>True when it may not be carried out before the user decides.</summary>
    public bool MustWait(PullItem item)
    {
        lock (_lock)
            return _isHolding && Replaces(item.Local, item.Decision) && !_accepted.Contains(item.Global);
    }

    /// <summary>True for what the user's decision is about.</summary>
    public bool Replaces(FileEntry? mine, in PullDecision decision) => DisplacementGuard.Replaces(mine, decision, MakesConflictCopies);

    /// <summary>Those steps of a batch that would go beyond the limit. Reads the index.</summary>
    public HashSet<ApplyStep> Refuse(IFolderIndex index, IReadOnlyList<(PullItem Item, ApplyStep Step)> steps)
    {
        lock (_lock)
        {
            var refused = new HashSet<ApplyStep>(ReferenceEqualityComparer.Instance);
            if (IsOff)
                return refused;
            var displacing = steps.Where(s => Counts(s.Item.Local, s.Item.Global, s.Item.Decision) && !IsCounted(s.Item.Name) && !IsKnownRestored(s.Item.Global)).ToList();
            var counts = index.Counts;
            if (displacing.Count == 0 || !MustHold(displacing.Count, displacing.Count(s => _added.Contains(s.Item.Name)), displacing.Count(s => s.Item.Global.Deleted), counts))
                return refused;
            var names = displacing.Select(s => s.Item.Name).ToHashSet();
            _displaced.Forgive(c => PendingDisplacements.IsElsewhere(index, c, names));
            var (files, fresh, deleted) = (0, 0, 0);
            foreach (var (item, step) in displacing.Where(s => !PendingDisplacements.IsElsewhere(index, s.Item.Local!.BlocksHash, names)))
            {
                var sum = (files + 1, fresh + (_added.Contains(item.Name) ? 1 : 0), deleted + (item.Global.Deleted ? 1 : 0));
                if (MustHold(sum.Item1, sum.Item2, sum.Item3, counts))
                    refused.Add(step);
                else
                    (files, fresh, deleted) = sum;
            }
            _hasRefused |= refused.Count > 0;
            return refused;
        }
    }

    /// <summary>Counts what was carried out.</summary>
    public void OnApplied(IReadOnlyList<PullItem> done)
    {
        lock (_lock)
        {
            foreach (var alike in done.Where(i => Counts(i.Local, i.Global, i.Decision) && !IsKnownRestored(i.Global)).GroupBy(i => (i.Global.Deleted, IsNew: _added.Contains(i.Name))))
                _displaced.Add([.. alike.Select(i => i.Local!)], alike.Key.Deleted, alike.Key.IsNew);
            _added.Remove(done.Where(i => i.Global.Deleted).Select(i => i.Name));
            _added.Add([.. done.Where(i => i is { Expected: null, Decision.Kind: PullKind.File }).Select(i => i.Global)], areDeleted: false);
        }
    }

    /// <summary>Nothing is needed.</summary>
    public void OnInSync(IFolderIndex index)
    {
        End();
        lock (_lock)
        {
            _isHolding = _hasRefused = false;
            _restored.Clear();
            _displaced.Release();
            if (index.Counts.Global.Items == 0 || !index.Remotes().Any(r => index.RemoteState(r).MaxSequence > 0))
                return;
            // What came with the first sync is what the folder is from now on.
            if (!_accepted.WasInSync)
                _added.Clear();
            _accepted.OnInSync();
        }
    }

    /// <summary>The user wants what is held, as it is announced now.</summary>
    public Task AcceptAsync(OpenFolder open, CancellationToken cancellation) => open.RunAsync(
        () =>
        {
            var keys = new List<ulong>();
            PendingDisplacements.ForEachNeeded(open, (item, decision) =>
            {
                if (Replaces(item.Local, decision))
                    keys.Add(AcceptedChanges.KeyOf(item.Global));
            });
            lock (_lock)
                _accepted.Add(keys);
            OnDecided();
        },
        cancellation);

    /// <summary>The held changes were accepted, or what they would displace was announced again.</summary>
    public void OnDecided()
    {
        lock (_lock)
        {
            _displaced.Clear();
            _isHolding = _hasRefused = false;
        }
        End();
    }

    private ChangeHold? Judge(PullContext context, bool isSettled)
    {
        lock (_lock)
        {
            var hold = IsOff ? null : FindHold(context, isSettled);
            // Deletions aren't seen before they are settled: what is held for them stays held.
            _isHolding = hold is not null || (!isSettled && _displaced.IsHeld && !IsOff);
            if (_isHolding)
                _displaced.Hold();
            else
                _displaced.Release();
            return hold;
        }
    }

    private ChangeHold? FindHold(PullContext context, bool isSettled)
    {
        var index = context.Open.Index;
        _displaced.Expire();
        _added.Expire();
        var counts = index.Counts;
        // Without reading anything: even if everything needed displaced a file, it wouldn't be too much.
        var most = Math.Min(counts.Need.Items, counts.Local.Files);
        if (!MustHold(most, 0, Math.Min(most, counts.Need.Deleted), counts))
            return null;
        var pending = PendingDisplacements.Read(context, isSettled, Counts, _added.Contains);
        pending.RemoveAll(p => IsCounted(p.Name));
        if (!MustHold(pending, counts))
            return null;
        var staying = PendingDisplacements.FindStaying(context, pending, withArrivals: !_hasRefused);
        pending.RemoveAll(p => staying.Contains(p.Content));
        if (!MustHold(pending, counts))
            return null;
        var names = pending.Select(p => p.Name).ToHashSet();
        _displaced.Forgive(c => PendingDisplacements.IsElsewhere(index, c, names));
        if (!MustHold(pending, counts))
            return null;
        pending.RemoveAll(p => IsRestored(context, p));
        return MustHold(pending, counts) ? HoldOf(context, pending, counts) : null;
    }

    private ChangeHold HoldOf(PullContext context, List<PendingDisplacement> pending, IndexCounts counts) =>
        new(true, pending.Count, counts.Local.Files, [.. pending.Take(MaxReportedNames).Select(p => p.Name)], folder.Parts.Time.GetUtcNow())
        {
            Replaced = pending.Count(p => !p.IsDeleted),
            Devices = DevicesOf(context.Open.Index, pending),
        };

    /// <summary>Who made the changes; where that is none of the folder's devices, one that announces them.</summary>
    private List<DeviceId> DevicesOf(IFolderIndex index, List<PendingDisplacement> pending)
    {
        var devices = Config.Devices.ToDictionary(d => d.Short);
        var all = new List<(DeviceId Device, int Changes)>();
        foreach (var same in pending.GroupBy(p => p.By))
        {
            if (devices.TryGetValue(same.Key, out var device))
                all.Add((device, same.Count()));
            else if (index.Holders(same.First().Name) is [var holder, ..])
                all.Add((holder, same.Count()));
        }
        return [.. all.OrderByDescending(d => d.Changes).Select(d => d.Device).Distinct().Take(MaxReportedDevices)];
    }

    /// <summary>It displaces the content of a file, and that isn't what anybody wants: it isn't taken back, nor accepted, nor does a
    /// first sync overtake itself.</summary>
    private bool Counts(FileEntry? mine, FileEntry global, PullDecision decision) =>
        DisplacementGuard.Displaces(mine, decision, MakesConflictCopies) &&
        !DisplacementGuard.IsUndo(mine!, global, Self) &&
        !IsOfFirstSync(mine!, global) &&
        !_accepted.Contains(global);

    private bool IsOfFirstSync(FileEntry mine, FileEntry global) =>
        !_accepted.WasInSync && (DisplacementGuard.IsFirstMeeting(mine, global, Self) || (_added.Contains(global.Name) && !(global.Deleted && Config.HoldIncomingDeletions)));

    /// <summary>Its content of before the window is gone already.</summary>
    private bool IsCounted(FileName name) => _displaced.Contains(name);

    private bool IsKnownRestored(FileEntry global) => _restored.Count > 0 && _restored.GetValueOrDefault(AcceptedChanges.KeyOf(global));

    private bool IsRestored(PullContext context, PendingDisplacement pending)
    {
        if (pending.IsDeleted)
            return false;
        if (!_restored.TryGetValue(pending.Key, out var isRestored))
            _restored[pending.Key] = isRestored = PendingDisplacements.IsRestored(context, pending);
        return isRestored;
    }

    private bool MustHold(List<PendingDisplacement> pending, IndexCounts counts) =>
        pending.Count > 0 && MustHold(pending.Count, pending.Count(p => p.IsNew), pending.Count(p => p.IsDeleted), counts);

    private bool MustHold(long files, long fresh, long deleted, IndexCounts counts)
    {
        var total = counts.Local.Files + _displaced.Deleted;
        var before = Math.Max(0, total - _added.Count);
        return DisplacementGuard.MustHold(new Displacement(_displaced.Count + files, _displaced.New + fresh, _displaced.Deleted + deleted, total, before), Config.DisplacementLimits);
    }

    /// <summary>What is announced isn't complete: it is judged again when it is, or after a while.</summary>
    private bool IsUndecided(ChangeHold? hold)
    {
        if (hold is null)
            return _isHolding;
        _deferredSince ??= folder.Parts.Time.GetTimestamp();
        return folder.Status.Hold is not { Incoming: true } && folder.Parts.Time.GetElapsedTime(_deferredSince.Value) < DisplacementGuard.MaxDeferral;
    }

    private void Publish(ChangeHold hold)
    {
        var isNew = folder.Status.Hold is null;
        // One question at a time: what is missing here comes first.
        folder.Status.Publish(s => s.Hold is { Incoming: false } ? s : s with { Hold = s.Hold is { } known ? hold with { Since = known.Since } : hold });
        if (isNew)
            folder.Events.Publish(() => new EngineEvent.ChangesHeld(folder.Id, hold));
    }

    private void End()
    {
        _deferredSince = null;
        folder.Status.Publish(s => s.Hold is { Incoming: true } ? s with { Hold = null } : s);
    }
}
