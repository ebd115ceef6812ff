using System.Text;

namespace FolderSync.Core.Ignore;

/// <summary>A glob that can only match within one part of a name: no slash, no double star in the middle, no alternatives.</summary>
internal sealed class SegmentGlob
{
    private const int MaxChoices = 32;

    private enum Shape
    {
        Equal,
        Prefix,
        Suffix,
        Inside,
        Other,
    }

    private readonly GlobNode[] _nodes;
    private readonly Shape _shape;
    private readonly string _text = "";

    private SegmentGlob(GlobNode[] nodes)
    {
        _nodes = nodes;
        var first = nodes.Length > 0 && nodes[0] is GlobNode.Star ? 1 : 0;
        var last = nodes.Length > first && nodes[^1] is GlobNode.Star ? nodes.Length - 1 : nodes.Length;
        var middle = nodes[first..last];
        if (!middle.All(n => n is GlobNode.Literal))
        {
            _shape = Shape.Other;
            return;
        }
        _text = TextOf(middle);
        _shape = (first, last == nodes.Length) switch
        {
            (0, true) => Shape.Equal,
            (0, false) => Shape.Prefix,
            (_, true) => Shape.Suffix,
            _ => Shape.Inside,
        };
    }

    public static string TextOf(IEnumerable<GlobNode> literals) =>
        string.Concat(literals.Select(n => new Rune(((GlobNode.Literal)n).Rune).ToString()));

    /// <summary>
    /// The globs that together match what <paramref name="nodes"/> match, with alternatives multiplied out; null when one could match across a
    /// slash, or when there would be too many.
    /// </summary>
    public static SegmentGlob[]? Of(IReadOnlyList<GlobNode> nodes, bool rooted, bool belowOnly)
    {
        var flat = Multiply(nodes);
        if (flat is null)
            return null;
        foreach (var sequence in flat)
        {
            // At the end it adds what is below, which matches anyway; at the start, what an unrooted line begins with.
            if (sequence.Count > 0 && sequence[^1] is GlobNode.DoubleStar && !belowOnly)
                sequence[^1] = new GlobNode.Star();
            if (sequence.Count > 0 && sequence[0] is GlobNode.DoubleStar && !rooted)
                sequence[0] = new GlobNode.Star();
            if (sequence.Count == 0 || sequence.Any(CanMatchSlash))
                return null;
        }
        return [.. flat.Select(s => new SegmentGlob([.. s]))];
    }

    public bool Matches(ReadOnlySpan<char> part) => _shape switch
    {
        Shape.Equal => part.SequenceEqual(_text),
        Shape.Prefix => part.StartsWith(_text),
        Shape.Suffix => part.EndsWith(_text),
        Shape.Inside => part.IndexOf(_text) >= 0,
        _ => MatchesNodes(part),
    };

    private static bool CanMatchSlash(GlobNode node) => node switch
    {
        GlobNode.Literal literal => literal.Rune == '/',
        GlobNode.CharacterClass @class => @class.Contains('/'),
        GlobNode.DoubleStar or GlobNode.Alternatives => true,
        _ => false,
    };

    private static List<List<GlobNode>>? Multiply(IReadOnlyList<GlobNode> nodes)
    {
        List<List<GlobNode>> all = [[]];
        foreach (var node in nodes)
        {
            if (node is not GlobNode.Alternatives alternatives)
            {
                all.ForEach(s => s.Add(node));
                continue;
            }
            var choices = new List<List<GlobNode>>();
            foreach (var choice in alternatives.Choices)
            {
                var multiplied = Multiply(choice);
                if (multiplied is null || (choices.Count + multiplied.Count) * all.Count > MaxChoices)
                    return null;
                choices.AddRange(multiplied);
            }
            all = [.. all.SelectMany(s => choices.Select(c => s.Concat(c).ToList()))];
        }
        return all;
    }

    /// <summary>After a mismatch only the last star has to extend: the time is at most the part's length times the glob's.</summary>
    private bool MatchesNodes(ReadOnlySpan<char> part)
    {
        int at = 0, node = 0, star = -1, starAt = 0;
        while (at < part.Length)
        {
            Rune.DecodeFromUtf16(part[at..], out var rune, out var used);
            if (node < _nodes.Length && _nodes[node] is GlobNode.Star)
            {
                star = node++;
                starAt = at;
            }
            else if (node < _nodes.Length && Consumes(_nodes[node], rune.Value))
            {
                node++;
                at += used;
            }
            else if (star >= 0)
            {
                Rune.DecodeFromUtf16(part[starAt..], out _, out var skipped);
                starAt += skipped;
                at = starAt;
                node = star + 1;
            }
            else
            {
                return false;
            }
        }
        while (node < _nodes.Length && _nodes[node] is GlobNode.Star)
            node++;
        return node == _nodes.Length;
    }

    private static bool Consumes(GlobNode node, int rune) => node switch
    {
        GlobNode.Literal literal => literal.Rune == rune,
        GlobNode.CharacterClass @class => @class.Contains(rune),
        _ => true,
    };
}
