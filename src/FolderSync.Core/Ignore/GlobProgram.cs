using System.Buffers;
using System.Text;

namespace FolderSync.Core.Ignore;

/// <summary>
/// Globs compiled to a nondeterministic automaton that runs over a name in all its states at once. It never backtracks: the time is at most the
/// name's length times the program's.
/// </summary>
internal sealed class GlobProgram
{
    private enum Op : byte
    {
        /// <summary>Consumes the code point in the argument.</summary>
        Rune,

        /// <summary>Consumes one code point except '/'.</summary>
        NotSlash,

        /// <summary>Consumes any one.</summary>
        Any,

        /// <summary>Consumes one of the class in the argument.</summary>
        Class,

        /// <summary>Continues at the next instruction and at the argument.</summary>
        Split,

        /// <summary>Continues at the argument.</summary>
        Jump,

        Match,
    }

    private readonly record struct Instruction(Op Op, int Argument);

    private const int OnStack = 256;

    private readonly List<GlobNode.CharacterClass> _classes = [];

    private readonly Instruction[] _code;

    /// <summary>Matches whatever any of <paramref name="globs"/> matches as a whole.</summary>
    public GlobProgram(IReadOnlyList<IReadOnlyList<GlobNode>> globs)
    {
        var code = new List<Instruction>();
        Emit(code, globs);
        code.Add(new Instruction(Op.Match, 0));
        _code = [.. code];
    }

    public bool Matches(ReadOnlySpan<char> name) => Run(name, slashBehind: false);

    /// <summary>True when some longer name that starts with <paramref name="directory"/> and '/' may match.</summary>
    public bool CanMatchBelow(ReadOnlySpan<char> directory) => Run(directory, slashBehind: true);

    private void Emit(List<Instruction> code, IReadOnlyList<IReadOnlyList<GlobNode>> choices)
    {
        var ends = new List<int>();
        for (var i = 0; i < choices.Count; i++)
        {
            var split = code.Count;
            var last = i == choices.Count - 1;
            if (!last)
                code.Add(default);
            foreach (var node in choices[i])
                Emit(code, node);
            if (last)
                break;
            ends.Add(code.Count);
            code.Add(default);
            code[split] = new Instruction(Op.Split, code.Count);
        }
        foreach (var end in ends)
            code[end] = new Instruction(Op.Jump, code.Count);
    }

    private void Emit(List<Instruction> code, GlobNode node)
    {
        switch (node)
        {
            case GlobNode.Literal literal:
                code.Add(new Instruction(Op.Rune, literal.Rune));
                break;
            case GlobNode.AnyCharacter:
                code.Add(new Instruction(Op.NotSlash, 0));
                break;
            case GlobNode.CharacterClass @class:
                code.Add(new Instruction(Op.Class, _classes.Count));
                _classes.Add(@class);
                break;
            case GlobNode.Star or GlobNode.DoubleStar:
                var start = code.Count;
                code.Add(new Instruction(Op.Split, start + 3));
                code.Add(new Instruction(node is GlobNode.Star ? Op.NotSlash : Op.Any, 0));
                code.Add(new Instruction(Op.Jump, start));
                break;
            case GlobNode.Alternatives alternatives:
                Emit(code, alternatives.Choices);
                break;
        }
    }

    private bool Run(ReadOnlySpan<char> name, bool slashBehind)
    {
        var size = _code.Length;
        if (size <= OnStack)
            return Run(name, slashBehind, new States(stackalloc int[size * 2]), new States(stackalloc int[size * 2]), stackalloc int[size + 1]);
        var rented = ArrayPool<int>.Shared.Rent((size * 5) + 1);
        try
        {
            var all = rented.AsSpan();
            all.Clear();
            return Run(
                name,
                slashBehind,
                new States(all.Slice(0, size * 2)),
                new States(all.Slice(size * 2, size * 2)),
                all.Slice(size * 4, size + 1));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(rented);
        }
    }

    private bool Run(ReadOnlySpan<char> name, bool slashBehind, States current, States next, Span<int> pending)
    {
        Add(ref current, 0, pending);
        while (name.Length > 0 && current.Count > 0)
        {
            Rune.DecodeFromUtf16(name, out var rune, out var used);
            name = name[used..];
            Step(rune.Value, ref current, ref next, pending);
        }
        if (slashBehind && name.Length == 0)
        {
            Step('/', ref current, ref next, pending);
            return CanConsume(ref current);
        }
        return name.Length == 0 && current.Contains(_code.Length - 1);
    }

    private void Step(int rune, ref States current, ref States next, Span<int> pending)
    {
        next.Clear();
        for (var i = 0; i < current.Count; i++)
        {
            var at = current[i];
            var (op, argument) = _code[at];
            var consumes = op switch
            {
                Op.Rune => rune == argument,
                Op.NotSlash => rune != '/',
                Op.Any => true,
                Op.Class => _classes[argument].Contains(rune),
                _ => false,
            };
            if (consumes)
                Add(ref next, at + 1, pending);
        }
        var swap = current;
        current = next;
        next = swap;
    }

    private bool IsConsuming(int at) => _code[at].Op is Op.Rune or Op.NotSlash or Op.Any or Op.Class;

    private bool CanConsume(ref States states)
    {
        for (var i = 0; i < states.Count; i++)
        {
            if (IsConsuming(states[i]))
                return true;
        }
        return false;
    }

    /// <summary>Adds a state and all states reachable from it without consuming.</summary>
    private void Add(ref States states, int at, Span<int> pending)
    {
        var n = 0;
        pending[n++] = at;
        while (n > 0)
        {
            at = pending[--n];
            if (!states.Add(at))
                continue;
            var (op, argument) = _code[at];
            if (op == Op.Jump || op == Op.Split)
                pending[n++] = argument;
            if (op == Op.Split)
                pending[n++] = at + 1;
        }
    }

    /// <summary>A set of small numbers that is cleared in constant time: the members, and each one's position among them.</summary>
    private ref struct States(Span<int> space)
    {
        private readonly Span<int> _members = space[..(space.Length / 2)];
        private readonly Span<int> _places = space[(space.Length / 2)..];

        public int Count { get; private set; }

        public readonly int this[int i] => _members[i];

        public readonly bool Contains(int state) => _places[state] < Count && _members[_places[state]] == state;

        public bool Add(int state)
        {
            if (Contains(state))
                return false;
            _members[Count] = state;
            _places[state] = Count++;
            return true;
        }

        public void Clear() => Count = 0;
    }
}
