namespace FolderSync.Configuration.Yaml;

/// <summary>Computes the text of a changed document: the smallest replacement, formatted like its surroundings.</summary>
/// <remarks>
/// A child of a block collection owns the lines from its first character to the end of its last line (with the comment there). Comment lines above
/// it belong to nobody and stay.
/// </remarks>
internal sealed class YamlSplice(string text, YamlNode? root)
{
    private readonly string _newline = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>
    /// Where a value is attached: after a key's colon, a dash, or nothing (the root). <paramref name="Indent"/> is that of the key or dash.
    /// </summary>
    private readonly record struct Holder(int After, int Indent, bool IsDash, bool InFlow)
    {
        public static readonly Holder Root = new(-1, -2, false, false);
    }

    public string Set(YamlValue value, ReadOnlySpan<YamlStep> path)
    {
        var node = root;
        var holder = Holder.Root;
        for (var i = 0; i < path.Length; i++)
        {
            var child = node is null ? null : Child(node, path[i], ref holder);
            if (child is null)
                return Insert(node, holder, path[i].Key!, Wrap(value, path[(i + 1)..]));
            node = child;
        }
        return Replace(node, holder, value);
    }

    public string Append(YamlValue item, ReadOnlySpan<YamlStep> path)
    {
        var (node, holder) = Walk(path);
        var sequence = (YamlSequence)node;
        var last = sequence.Items[^1];
        if (sequence.IsFlow || holder.InFlow)
            return InsertAt(last.End, ", " + YamlWriter.Inline(item));
        return InsertLines(LineAfter(last), YamlWriter.Item(item, sequence.Column - 1));
    }

    public string Remove(ReadOnlySpan<YamlStep> path)
    {
        var (parent, holder) = Walk(path[..^1]);
        var step = path[^1];
        switch (parent)
        {
            case YamlMap map:
                var at = map.Entries.ToList().FindIndex(e => e.Key.Value == step.Key);
                if (map.Entries.Count == 1)
                    return holder.After < 0 && !map.IsFlow ? Cut(LineStart(map.Start), LineAfter(map)) : Replace(map, holder, YamlValue.EmptyMap);
                return RemoveChild([.. map.Entries.Select(e => (e.Key.Start, e.Value))], at, map.IsFlow || holder.InFlow);
            case YamlSequence sequence:
                if (sequence.Items.Count == 1)
                    return Replace(sequence, holder, YamlValue.EmptyList);
                return sequence.IsFlow || holder.InFlow
                    ? RemoveChild([.. sequence.Items.Select(n => (n.Start, n))], step.Index, flow: true)
                    : RemoveChild([.. Dashes(sequence)], step.Index, flow: false);
            default:
                throw new InvalidOperationException($"A {parent.Kind} has no parts.");
        }
    }

    private (YamlNode Node, Holder Holder) Walk(ReadOnlySpan<YamlStep> path)
    {
        var node = root!;
        var holder = Holder.Root;
        foreach (var step in path)
            node = Child(node, step, ref holder)!;
        return (node, holder);
    }

    private YamlNode? Child(YamlNode node, YamlStep step, ref Holder holder)
    {
        switch (node)
        {
            case YamlMap map when step.Key is not null && map.Find(step.Key) is { } entry:
                holder = new Holder(AfterColon(entry.Key), map.Column - 1, IsDash: false, map.IsFlow || holder.InFlow);
                return entry.Value;
            case YamlSequence sequence when step.Key is null:
                var flow = sequence.IsFlow || holder.InFlow;
                holder = new Holder(flow ? sequence.Items[step.Index].Start : Dashes(sequence).ElementAt(step.Index).Dash + 1, sequence.Column - 1, IsDash: true, flow);
                return sequence.Items[step.Index];
            default:
                return null;
        }
    }

    private static YamlValue Wrap(YamlValue value, ReadOnlySpan<YamlStep> path)
    {
        for (var i = path.Length - 1; i >= 0; i--)
            value = new YamlValue.Map([(path[i].Key!, value)]);
        return value;
    }

    /// <summary>Adds an option at the end of the group <paramref name="node"/>, which may not exist yet.</summary>
    private string Insert(YamlNode? node, Holder holder, string key, YamlValue value)
    {
        if (node is not YamlMap { Entries.Count: > 0 } map)
        {
            if (node is null && holder.After < 0)
                return InsertLines(text.Length, YamlWriter.Entry(key, value, 0));
            return Replace(node, holder, new YamlValue.Map([(key, value)]));
        }
        var last = map.Entries[^1].Value;
        if (map.IsFlow || holder.InFlow)
            return InsertAt(last.End, $", {YamlWriter.Key(key)}: {YamlWriter.Inline(value)}");
        return InsertLines(LineAfter(last), YamlWriter.Entry(key, value, map.Column - 1));
    }

    private string Replace(YamlNode? node, Holder holder, YamlValue value)
    {
        if (node is null)
            return InsertLines(text.Length, YamlWriter.Lines(value, 0));
        var inLines = !holder.InFlow && YamlWriter.NeedsLines(value);
        var isBlock = node is YamlMap { IsFlow: false } or YamlSequence { IsFlow: false };
        var ownLines = isBlock && !SharesLine(node.Start);
        var indent = holder.Indent + 2;
        if (ownLines && inLines)
            return Cut(LineStart(node.Start), LineAfter(node), Join(YamlWriter.Lines(value, node.Column - 1)));
        if (ownLines)
            return Cut(holder.After, holder.After, " " + YamlWriter.Inline(value), LineStart(node.Start), LineAfter(node));
        var end = node is YamlScalar { IsBlock: true } ? TrimLineEnds(node.Start, node.End) : node.End;
        if (!inLines)
            return Cut(node.Start, end, (NeedsSpace(node) ? " " : "") + YamlWriter.Inline(value));
        if (holder.IsDash)
        {
            var column = node.Start == node.End ? indent : node.Column - 1;
            return Cut(node.Start, end, (NeedsSpace(node) ? " " : "") + Join(YamlWriter.Lines(value, column))[column..].TrimEnd('\r', '\n'));
        }
        var lineEnd = LineAfter(end);
        var lines = (lineEnd > 0 && text[lineEnd - 1] == '\n' ? "" : _newline) + Join(YamlWriter.Lines(value, Math.Max(0, indent)));
        return text[..Math.Max(0, holder.After)] + text[end..lineEnd] + lines + text[lineEnd..];
    }

    /// <summary>
    /// Removes the child with index <paramref name="at"/> of at least two, each given by its first character (key, dash) and its value.
    /// </summary>
    private string RemoveChild((int Start, YamlNode Value)[] children, int at, bool flow)
    {
        var (start, value) = children[at];
        var isLast = at == children.Length - 1;
        if (flow)
        {
            if (isLast)
                return OneLine(children[at - 1].Value.End, start) ? Cut(children[at - 1].Value.End, value.End) : Cut(start, BehindComma(value.End));
            var comma = SkipTo(',', value.End) + 1;
            return Cut(start, OneLine(value.End, children[at + 1].Start) ? children[at + 1].Start : comma);
        }
        if (!SharesLine(start))
            return Cut(LineStart(start), LineAfter(value));
        // The first child follows its parent's dash: the next one moves up there, unless comments are in between.
        var next = children[at + 1].Start;
        return text.AsSpan(LineAfter(value)..LineStart(next)).IsWhiteSpace() ? Cut(start, next) : Cut(start, value is YamlScalar { IsBlock: true } ? TrimLineEnds(value.Start, value.End) : value.End);
    }

    private IEnumerable<(int Dash, YamlNode Item)> Dashes(YamlSequence sequence)
    {
        var from = sequence.Start;
        foreach (var item in sequence.Items)
        {
            yield return (SkipTo('-', from), item);
            from = item.End;
        }
    }

    private int AfterColon(YamlScalar key) => SkipTo(':', key.End) + 1;

    /// <summary>The position after a trailing comma, or <paramref name="at"/> itself.</summary>
    private int BehindComma(int at)
    {
        var next = at;
        while (next < text.Length && text[next] is ' ' or '\t' or '\r' or '\n' or '#')
            next = text[next] == '#' && text.IndexOf('\n', next) is var end and >= 0 ? end : next + 1;
        return next < text.Length && text[next] == ',' ? next + 1 : at;
    }

    /// <summary>The next such character outside comments.</summary>
    private int SkipTo(char wanted, int from)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == wanted)
                return i;
            if (text[i] == '#')
                i = text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length;
        }
        throw new InvalidOperationException($"No '{wanted}' behind character {from}.");
    }

    /// <summary>True when other text precedes it on its line.</summary>
    private bool SharesLine(int at) => !text.AsSpan(LineStart(at)..at).IsWhiteSpace();

    private bool OneLine(int from, int to) => !text.AsSpan(from..to).Contains('\n');

    /// <summary>True for an empty value directly after its colon or dash.</summary>
    private bool NeedsSpace(YamlNode node) => node.Start == node.End && node.Start > 0 && text[node.Start - 1] is ':' or '-';

    private int LineStart(int at) => at == 0 ? 0 : text.LastIndexOf('\n', at - 1) + 1;

    private int LineAfter(YamlNode node)
    {
        while (node is YamlMap { IsFlow: false } or YamlSequence { IsFlow: false })
            node = node is YamlMap map ? map.Entries[^1].Value : ((YamlSequence)node).Items[^1];
        return node is YamlScalar { IsBlock: true } && node.End > 0 && text[node.End - 1] == '\n' ? node.End : LineAfter(node.End);
    }

    private int LineAfter(int at) => text.IndexOf('\n', at) is var end and >= 0 ? end + 1 : text.Length;

    private int TrimLineEnds(int start, int end)
    {
        while (end > start && text[end - 1] is '\n' or '\r')
            end--;
        return end;
    }

    private string Join(IEnumerable<string> lines) => string.Concat(lines.Select(l => l + _newline));

    private string InsertAt(int at, string added) => text[..at] + added + text[at..];

    private string InsertLines(int at, IEnumerable<string> lines) =>
        InsertAt(at, (at > 0 && text[at - 1] != '\n' ? _newline : "") + Join(lines));

    private string Cut(int from, int to, string instead = "") => text[..from] + instead + text[to..];

    private string Cut(int from, int to, string instead, int from2, int to2) => text[..from] + instead + text[to..from2] + text[to2..];
}
