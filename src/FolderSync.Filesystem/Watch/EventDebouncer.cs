using System.Runtime.InteropServices;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Watch;

/// <summary>The kind of change seen for a name.</summary>
internal enum ChangeKind
{
    /// <summary>Complete as far as can be seen: closed after writing, renamed to, created, attributes changed.</summary>
    Done,

    /// <summary>Being written; more changes will follow, or <see cref="Done"/>.</summary>
    Writing,

    /// <summary>Deleted or renamed away.</summary>
    Gone,
}

/// <summary>How long to wait for quiet and how much to remember.</summary>
internal sealed record DebounceLimits
{
    /// <summary>Quiet after a completed change: an editor's save takes several calls.</summary>
    public TimeSpan QuietAfterChange { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Quiet after a write to a file that stays open.</summary>
    public TimeSpan QuietAfterWrite { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a deletion waits for the creation that makes it a rename.</summary>
    public TimeSpan QuietAfterDelete { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The least time between two notices of the same name.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A name that never comes to rest is reported after this time.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The same for a whole directory, or for everything.</summary>
    public TimeSpan MaxSubtreeDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>More names in one directory become the directory.</summary>
    public int MaxNamesPerDirectory { get; init; } = 256;

    /// <summary>More names in total become everything.</summary>
    public int MaxNames { get; init; } = 4096;
}

/// <summary>
/// Debounces a stream of events into names worth scanning: each once it has come to rest, many of them as their directory or as everything. Bounded
/// memory; never forgets a change. It has one owner and no threads: it asks the time provider when it is called.
/// </summary>
internal sealed class EventDebouncer(TimeProvider time, DebounceLimits limits)
{
    private readonly Dictionary<FileName, Pending> _pending = [];
    private readonly Dictionary<FileName, int> _inDirectory = [];
    private readonly Dictionary<FileName, long> _reported = [];
    private readonly Queue<(FileName Name, long At)> _noticedOrder = [];
    private Pending? _everything;
    private long _everythingAgain = long.MinValue;
    private long _earliest = long.MaxValue;

    private struct Pending
    {
        public long First;
        public long Due;
        public bool Whole;
    }

    /// <summary>Records a change of that name. For the root use <see cref="AddEverything"/>.</summary>
    /// <param name="whole">A directory to scan with everything below it, whose changes become part of it.</param>
    public void OnChanged(FileName name, ChangeKind touch, bool whole = false)
    {
        var now = time.GetTimestamp();
        if (name.IsRoot || _everything is not null)
        {
            AddEverything();
            return;
        }
        if (FindCoveringSubtree(name) is { } above)
        {
            Push(above, touch, now);
            return;
        }
        if (!_pending.TryGetValue(name, out var known))
        {
            if (Collapse(name, touch, now))
                return;
            Add(name, new Pending { First = now, Due = Capped(DueOf(name, touch, now), now, whole), Whole = whole });
        }
        else
        {
            known.Whole |= whole;
            known.Due = Capped(DueOf(name, touch, now), known.First, known.Whole);
            Set(name, known);
        }
        if (whole)
            Absorb(name);
    }

    /// <summary>Records changes whose names are unknown.</summary>
    public void AddEverything()
    {
        var now = time.GetTimestamp();
        var first = _everything?.First ?? now;
        _pending.Clear();
        _inDirectory.Clear();
        var due = Math.Max(Capped(now + Ticks(limits.QuietAfterChange), first, whole: true), _everythingAgain);
        _everything = new Pending { First = first, Due = due, Whole = true };
        _earliest = due;
    }

    /// <summary>
    /// Time until <see cref="Take"/> may return something: zero if it does now, null if nothing is pending. May be early, never late.
    /// </summary>
    public TimeSpan? Wait()
    {
        if (_everything is null && _pending.Count == 0)
            return null;
        var now = time.GetTimestamp();
        return _earliest <= now ? TimeSpan.Zero : time.GetElapsedTime(now, _earliest);
    }

    /// <summary>The names that have come to rest, in tree order, or null.</summary>
    public WatchNotice? Take()
    {
        var now = time.GetTimestamp();
        Forget(now);
        if (_earliest > now)
            return null;
        if (_everything is { } everything)
        {
            if (everything.Due > now)
                return null;
            _everything = null;
            _everythingAgain = now + Ticks(limits.MinInterval);
            _earliest = long.MaxValue;
            return new WatchNotice([], Everything: true);
        }
        List<FileName>? due = null;
        _earliest = long.MaxValue;
        foreach (var (name, pending) in _pending)
        {
            if (pending.Due <= now)
                (due ??= []).Add(name);
            else
                _earliest = Math.Min(_earliest, pending.Due);
        }
        if (due is null)
            return null;
        foreach (var name in due)
        {
            Remove(name);
            if (_reported.Count < limits.MaxNames)
            {
                _reported[name] = now;
                _noticedOrder.Enqueue((name, now));
            }
        }
        due.Sort();
        return new WatchNotice(due, Everything: false);
    }

    private FileName? FindCoveringSubtree(FileName name)
    {
        for (var above = name.Parent; !above.IsRoot; above = above.Parent)
        {
            if (_pending.TryGetValue(above, out var pending) && pending.Whole)
                return above;
        }
        return null;
    }

    /// <summary>A change inside a directory that is reported as a whole: it hasn't come to rest.</summary>
    private void Push(FileName whole, ChangeKind touch, long now)
    {
        var pending = _pending[whole];
        pending.Due = Capped(Math.Max(pending.Due, now + Ticks(Quiet(touch))), pending.First, whole: true);
        Set(whole, pending);
    }

    /// <summary>True when the name became part of its directory, or of everything, because there are too many.</summary>
    private bool Collapse(FileName name, ChangeKind touch, long now)
    {
        if (_pending.Count >= limits.MaxNames)
        {
            AddEverything();
            return true;
        }
        var parent = name.Parent;
        if (_inDirectory.GetValueOrDefault(parent) < limits.MaxNamesPerDirectory)
            return false;
        if (parent.IsRoot)
            AddEverything();
        else
            OnChanged(parent, touch, whole: true);
        return true;
    }

    /// <summary>Drops pending names below a directory that is reported as a whole.</summary>
    private void Absorb(FileName whole)
    {
        var first = _pending[whole].First;
        List<FileName>? below = null;
        foreach (var (name, pending) in _pending)
        {
            if (!name.IsUnder(whole))
                continue;
            (below ??= []).Add(name);
            first = Math.Min(first, pending.First);
        }
        if (below is null)
            return;
        below.ForEach(Remove);
        var own = _pending[whole];
        own.First = first;
        own.Due = Capped(own.Due, first, whole: true);
        Set(whole, own);
    }

    private long DueOf(FileName name, ChangeKind touch, long now)
    {
        var due = now + Ticks(Quiet(touch));
        return _reported.TryGetValue(name, out var noticed) ? Math.Max(due, noticed + Ticks(limits.MinInterval)) : due;
    }

    private TimeSpan Quiet(ChangeKind touch) => touch switch
    {
        ChangeKind.Writing => limits.QuietAfterWrite,
        ChangeKind.Gone => limits.QuietAfterDelete,
        _ => limits.QuietAfterChange,
    };

    private long Capped(long due, long first, bool whole) => Math.Min(due, first + Ticks(whole ? limits.MaxSubtreeDelay : limits.MaxDelay));

    private void Add(FileName name, Pending pending)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_inDirectory, name.Parent, out _)++;
        Set(name, pending);
    }

    private void Set(FileName name, Pending pending)
    {
        _pending[name] = pending;
        _earliest = Math.Min(_earliest, pending.Due);
    }

    private void Remove(FileName name)
    {
        if (!_pending.Remove(name))
            return;
        ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(_inDirectory, name.Parent);
        if (--count == 0)
            _inDirectory.Remove(name.Parent);
    }

    private void Forget(long now)
    {
        while (_noticedOrder.TryPeek(out var oldest) && now - oldest.At >= Ticks(limits.MinInterval))
        {
            _noticedOrder.Dequeue();
            if (_reported.TryGetValue(oldest.Name, out var at) && at == oldest.At)
                _reported.Remove(oldest.Name);
        }
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
