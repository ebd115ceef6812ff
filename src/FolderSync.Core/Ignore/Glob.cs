using System.Text;

namespace FolderSync.Core.Ignore;

/// <summary>A parsed glob. Characters are code points.</summary>
internal abstract record GlobNode
{
    private GlobNode() { }

    internal sealed record Literal(int Rune) : GlobNode;

    /// <summary>One character except '/'.</summary>
    internal sealed record AnyCharacter : GlobNode;

    /// <summary>Any number of characters except '/'.</summary>
    internal sealed record Star : GlobNode;

    /// <summary>Any number of characters, including '/'.</summary>
    internal sealed record DoubleStar : GlobNode;

    /// <summary>One of <paramref name="Runes"/>, or of a range; with <paramref name="IsNegated"/> any other, including '/'.</summary>
    internal sealed record CharacterClass(IReadOnlyList<int> Runes, int Low, int High, bool IsNegated) : GlobNode
    {
        public bool Contains(int rune) => ((rune >= Low && rune <= High) || Runes.Contains(rune)) != IsNegated;
    }

    internal sealed record Alternatives(IReadOnlyList<IReadOnlyList<GlobNode>> Choices) : GlobNode;
}

/// <summary>
/// Parses a glob as Syncthing does, including its oddities: an unclosed brace ends with the pattern, a lone closing one is literal.
/// </summary>
internal ref struct GlobReader
{
    private const int MaxDepth = 50;

    private readonly ReadOnlySpan<char> _text;
    private int _at;
    private int _depth;

    private GlobReader(ReadOnlySpan<char> text) => _text = text;

    /// <summary>Throws <see cref="FormatException"/> with the reason.</summary>
    /// <param name="unclosed">A brace is open at the end, so that appended text would go into it.</param>
    public static IReadOnlyList<GlobNode> Read(string glob, out bool unclosed)
    {
        var reader = new GlobReader(glob);
        return reader.ReadSequence(out unclosed);
    }

    private IReadOnlyList<GlobNode> ReadSequence(out bool unclosed)
    {
        var nodes = new List<GlobNode>();
        unclosed = false;
        while (_at < _text.Length)
        {
            if (_depth > 0 && _text[_at] is (',' or '}'))
                break;
            var rune = Next();
            switch (rune)
            {
                case '{':
                    nodes.Add(ReadAlternatives(out unclosed));
                    break;
                case '[':
                    nodes.Add(ReadClass());
                    break;
                case '?':
                    nodes.Add(new GlobNode.AnyCharacter());
                    break;
                case '*' when Peek() == '*':
                    _at++;
                    nodes.Add(new GlobNode.DoubleStar());
                    break;
                case '*':
                    nodes.Add(new GlobNode.Star());
                    break;
                case '\\' when _at == _text.Length:
                    break;
                default:
                    nodes.Add(new GlobNode.Literal(rune == '\\' ? Next() : rune));
                    break;
            }
        }
        return nodes;
    }

    private GlobNode.Alternatives ReadAlternatives(out bool unclosed)
    {
        if (++_depth > MaxDepth)
            throw new FormatException($"Braces are nested more than {MaxDepth} deep.");
        var choices = new List<IReadOnlyList<GlobNode>>();
        while (true)
        {
            choices.Add(ReadSequence(out unclosed));
            unclosed |= _at == _text.Length;
            if (unclosed || _text[_at++] == '}')
                break;
        }
        _depth--;
        return new GlobNode.Alternatives(choices);
    }

    /// <summary>After the bracket: one range or a list, never both (Syncthing supports no mixture, so another device would refuse it).</summary>
    private GlobNode.CharacterClass ReadClass()
    {
        var not = Peek() == '!';
        if (not)
            _at++;
        var start = _at;
        if (_at < _text.Length && Next() is var low && Peek() == '-')
        {
            _at++;
            if (_at == _text.Length)
                throw Unclosed();
            var high = Next();
            if (Peek() != ']')
                throw _at == _text.Length ? Unclosed() : new FormatException("A class in brackets is one range ([a-z]) or a list ([abc]); for more, write {[a-z],[0-9]}.");
            _at++;
            if (high < low)
                throw new FormatException($"The range [{new Rune(low)}-{new Rune(high)}] in brackets is the wrong way round.");
            return new GlobNode.CharacterClass([], low, high, not);
        }
        _at = start;
        var runes = new List<int>();
        while (_at < _text.Length && _text[_at] != ']')
        {
            var rune = Next();
            if (rune == '\\' && _at == _text.Length)
                break;
            runes.Add(rune == '\\' ? Next() : rune);
        }
        if (_at == _text.Length)
            throw Unclosed();
        _at++;
        return runes.Count > 0 ? new GlobNode.CharacterClass(runes, 1, 0, not) : throw new FormatException("A class in brackets is empty.");
    }

    private readonly int Peek() => _at < _text.Length ? _text[_at] : -1;

    private int Next()
    {
        Rune.DecodeFromUtf16(_text[_at..], out var rune, out var used);
        _at += used;
        return rune.Value;
    }

    private static FormatException Unclosed() => new("A class in brackets is not closed; for a plain [ write \\[.");
}
