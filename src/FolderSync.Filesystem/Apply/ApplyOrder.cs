using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>One operation of a batch. Numbers are indexes of its steps.</summary>
internal abstract record BatchOperation
{
    /// <summary>Execute the step. A move that was moved aside continues from there.</summary>
    public sealed record Execute(int Step) : BatchOperation;

    /// <summary>Move a move's content aside, so that the steps which wait for its name can proceed.</summary>
    public sealed record MoveAside(int Step) : BatchOperation;

    /// <summary>Moves whose names form a cycle (each target is the next one's source): swap them in place.</summary>
    public sealed record RotateCycle(IReadOnlyList<int> Steps) : BatchOperation;
}

/// <summary>
/// Orders the steps of a batch: a directory before its contents; whatever leaves a directory or a name before that is removed or reused; chains of
/// moves from their free end. Moving one member aside breaks a cycle. Pure.
/// </summary>
internal sealed class ApplyOrder
{
    private readonly IReadOnlyList<ApplyStep> _steps;
    private readonly bool _foldCase;

    /// <summary>Steps that wait until this one's content has left its old name.</summary>
    private readonly List<int>?[] _afterTake;

    /// <summary>Steps that wait until this one is done.</summary>
    private readonly List<int>?[] _afterPut;

    private readonly int[] _waitsFor;
    private readonly bool[] _done;
    private readonly bool[] _movedAside;
    private readonly Dictionary<string, int> _movesFrom = [];
    private readonly List<BatchOperation> _operations = [];

    /// <summary>Ordered by the rank of their targets in the tree, so that equal batches run equally.</summary>
    private readonly SortedSet<(int Rank, int Step)> _ready = [];

    private readonly int[] _rank;

    private ApplyOrder(IReadOnlyList<ApplyStep> steps, bool foldCase)
    {
        _steps = steps;
        _foldCase = foldCase;
        _afterTake = new List<int>?[steps.Count];
        _afterPut = new List<int>?[steps.Count];
        _waitsFor = new int[steps.Count];
        _done = new bool[steps.Count];
        _movedAside = new bool[steps.Count];
        _rank = new int[steps.Count];
        var sorted = Enumerable.Range(0, steps.Count).OrderBy(i => steps[i].Target.Name).ThenBy(i => i).ToArray();
        for (var i = 0; i < sorted.Length; i++)
            _rank[sorted[i]] = i;
    }

    public static IReadOnlyList<BatchOperation> Of(IReadOnlyList<ApplyStep> steps, bool foldCase)
    {
        var order = new ApplyOrder(steps, foldCase);
        order.Connect();
        order.Sort();
        return order._operations;
    }

    private void Connect()
    {
        var makes = new Dictionary<string, int>();
        var closes = new Dictionary<string, int>();
        var removes = new Dictionary<string, int>();
        for (var i = 0; i < _steps.Count; i++)
        {
            var target = Key(_steps[i].Target.Name);
            if (_steps[i] is ApplyStep.Move move)
                _movesFrom.TryAdd(Key(move.From.Name), i);
            if (_steps[i] is ApplyStep.PlaceDirectory || _steps[i] is ApplyStep.Move { Target.IsDirectory: true })
                makes.TryAdd(target, i);
            else if (_steps[i] is not ApplyStep.SetMetadata)
                closes.TryAdd(target, i);
            if (_steps[i] is ApplyStep.Remove)
                removes.TryAdd(target, i);
        }
        for (var i = 0; i < _steps.Count; i++)
        {
            var step = _steps[i];
            var target = Key(step.Target.Name);
            if (_movesFrom.TryGetValue(target, out var mover))
                AddEdge(_afterTake, mover, i);
            if (step is ApplyStep.Remove)
            {
                if (NearestAncestor(closes, target) is { } closer)
                    AddEdge(_afterPut, i, closer);
                continue;
            }
            if (NearestAncestor(makes, target) is { } maker)
                AddEdge(_afterPut, maker, i);
            if (_foldCase && removes.TryGetValue(target, out var remover))
                AddEdge(_afterPut, remover, i);
            if (step is ApplyStep.Move move && NearestAncestor(closes, Key(move.From.Name)) is { } over)
                AddEdge(_afterTake, i, over);
        }
    }

    private void Sort()
    {
        for (var i = 0; i < _steps.Count; i++)
        {
            if (_waitsFor[i] == 0)
                _ready.Add((_rank[i], i));
        }
        for (var left = _steps.Count; left > 0;)
        {
            if (_ready.Count > 0)
            {
                var next = _ready.Min;
                _ready.Remove(next);
                left -= Finish(next.Step, new BatchOperation.Execute(next.Step));
            }
            else
            {
                left -= BreakCycle();
            }
        }
    }

    /// <summary>Nothing can proceed: rotates or moves aside the first waiting move. Returns how many steps that completes.</summary>
    private int BreakCycle()
    {
        var stuck = Enumerable.Range(0, _steps.Count).Where(i => !_done[i]).OrderBy(i => _rank[i]).ToList();
        foreach (var i in stuck.Where(i => _steps[i] is ApplyStep.Move && !_movedAside[i]))
        {
            if (FindCycle(i) is { } ring)
            {
                _operations.Add(new BatchOperation.RotateCycle(ring));
                foreach (var member in ring)
                    _done[member] = true;
                foreach (var member in ring)
                    Finish(member, null);
                return ring.Count;
            }
        }
        foreach (var i in stuck.Where(i => _steps[i] is ApplyStep.Move && !_movedAside[i]))
        {
            _movedAside[i] = true;
            _operations.Add(new BatchOperation.MoveAside(i));
            Release(ref _afterTake[i]);
            return 0;
        }
        // These steps contradict each other. Each is still checked against the disk.
        foreach (var i in stuck)
            _operations.Add(new BatchOperation.Execute(i));
        return stuck.Count;
    }

    /// <summary>The moves that wait only for each other in a cycle; null when this one isn't in such a cycle.</summary>
    private List<int>? FindCycle(int start)
    {
        var ring = new List<int>();
        var at = start;
        do
        {
            if (_waitsFor[at] != 1 || _done[at] || _movedAside[at] || ring.Count > _steps.Count)
                return null;
            ring.Add(at);
            if (!_movesFrom.TryGetValue(Key(_steps[at].Target.Name), out at))
                return null;
        }
        while (at != start);
        return ring.Count > 1 ? ring : null;
    }

    private int Finish(int step, BatchOperation? turn)
    {
        _done[step] = true;
        if (turn is not null)
            _operations.Add(turn);
        Release(ref _afterTake[step]);
        Release(ref _afterPut[step]);
        return 1;
    }

    private void Release(ref List<int>? waiting)
    {
        foreach (var i in waiting ?? [])
        {
            if (--_waitsFor[i] == 0 && !_done[i])
                _ready.Add((_rank[i], i));
        }
        waiting = null;
    }

    /// <summary>A step that waits for itself (d/x moves to d) waits, too: it will be moved aside.</summary>
    private void AddEdge(List<int>?[] after, int first, int then)
    {
        if (first == then && (after == _afterPut || Key(((ApplyStep.Move)_steps[first]).From.Name) == Key(_steps[first].Target.Name)))
            return;
        (after[first] ??= []).Add(then);
        _waitsFor[then]++;
    }

    /// <summary>The step of the nearest directory above the name.</summary>
    private static int? NearestAncestor(Dictionary<string, int> steps, string name)
    {
        if (steps.Count == 0)
            return null;
        for (var slash = name.LastIndexOf('/'); slash > 0; slash = name.LastIndexOf('/', slash - 1))
        {
            if (steps.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name.AsSpan(0, slash), out var step))
                return step;
        }
        return null;
    }

    private string Key(FileName name) => _foldCase ? name.Value.ToUpperInvariant() : name.Value;
}
