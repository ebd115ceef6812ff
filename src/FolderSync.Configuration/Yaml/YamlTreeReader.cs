using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FolderSync.Configuration.Yaml;

/// <summary>
/// Parses text into nodes with positions. Supports the part of YAML that a configuration needs: one document, plain keys. Refuses anchors, aliases
/// and tags (they can expand a small file without limit or name types); limits size and depth.
/// </summary>
internal sealed class YamlTreeReader
{
    public const int MaxLength = 1 << 20;
    public const int MaxDepth = 20;

    private readonly string _file;
    private readonly string _text;
    private readonly Parser _parser;

    private YamlTreeReader(string file, string text)
    {
        _file = file;
        _text = text;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The document's root, null for an empty document; throws <see cref="ConfigException"/> for an invalid one.</summary>
    /// <param name="file">For messages.</param>
    public static YamlNode? Read(string file, string text)
    {
        if (text.Length > MaxLength)
            throw new ConfigException(file, 0, 0, $"The file has {text.Length:N0} characters; at most {MaxLength:N0} are read.");
        if (text.IndexOf('\0') is var nul and >= 0)
            throw new ConfigException(file, 1 + text.AsSpan(0, nul).Count('\n'), 1, "The file holds a NUL character: it is not text, or it is damaged.");
        if (UnusualLineBreak(text) is var odd and >= 0)
        {
            throw new ConfigException(file, 1 + text.AsSpan(0, odd).Count('\n'), odd - text.LastIndexOf('\n', odd), $"Here is an invisible line end (U+{(int)text[odd]:X4}) that most editors don't show as one.",
                "Remove it, and end lines with the Enter key.");
        }
        var reader = new YamlTreeReader(file, text);
        try
        {
            return reader.ReadDocument();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // Some malformed input makes the parser crash instead of reporting it.
            var at = reader._parser.Current?.End ?? Mark.Empty;
            throw new ConfigException(file, Math.Min((int)at.Line, 1 + text.AsSpan().Count('\n')), (int)at.Column, "This is not valid YAML from here on.", Hint(Line(text, (int)at.Line), e), e);
        }
        catch (YamlException e)
        {
            var lines = text.Split('\n');
            // The parser reports a tab at the start of the group that contains it.
            var tab = e.End.Line > 0 && e.End.Line <= lines.Length && IsTabIndented(lines[e.End.Line - 1]) ? (int)e.End.Line - 1
                : Array.FindIndex(lines, Math.Clamp((int)e.Start.Line - 1, 0, lines.Length), IsTabIndented);
            var isTab = tab >= 0 && (tab <= e.Start.Line || Reason(e).Contains("tab", StringComparison.Ordinal));
            throw isTab
                ? new ConfigException(file, tab + 1, 1 + lines[tab].IndexOf('\t', StringComparison.Ordinal), "This line is indented with a tab.", "Indent with spaces.", e)
                : new ConfigException(file, Math.Min((int)e.Start.Line, lines.Length), (int)e.Start.Column, $"This is not valid YAML: {Reason(e)}", Hint(Line(text, (int)e.Start.Line), e), e);
        }
    }

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
            return null;
        _parser.Consume<DocumentStart>();
        var root = ReadNode(1);
        _parser.Consume<DocumentEnd>();
        if (!_parser.Accept<StreamEnd>(out _))
            throw Refuse(_parser.Current!, "The file holds more than one YAML document.", "Remove the line '---' and what is not wanted.");
        return root is YamlScalar { IsNull: true } ? null : root;
    }

    private YamlNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
            throw Refuse(_parser.Current!, $"The file is nested deeper than {MaxDepth} levels.", null);
        switch (_parser.Current)
        {
            case AnchorAlias alias:
                throw Refuse(alias, "YAML aliases (*name) are not supported.", "Write the value itself.");
            case NodeEvent { Anchor.IsEmpty: false } anchored:
                throw Refuse(anchored, "YAML anchors (&name) are not supported.", "Write the value without the anchor.");
            case NodeEvent { Tag.IsEmpty: false } tagged:
                throw Refuse(tagged, "YAML tags (!name) are not supported.", "Write the value without the tag, in quotes if it starts with '!'.");
            case Scalar s:
                _parser.MoveNext();
                return Node(s);
            case SequenceStart s:
                return ReadSequence(s, depth);
            case MappingStart m:
                return ReadMap(m, depth);
            case var e:
                throw Refuse(e!, "This is not expected here.", null);
        }
    }

    private YamlSequence ReadSequence(SequenceStart start, int depth)
    {
        _parser.MoveNext();
        var items = new List<YamlNode>();
        SequenceEnd end;
        while (!_parser.TryConsume(out end!))
            items.Add(ReadNode(depth + 1));
        return new YamlSequence(Index(start), (int)start.Start.Line, (int)start.Start.Column, items, start.Style == SequenceStyle.Flow, Index(end) + 1);
    }

    private YamlMap ReadMap(MappingStart start, int depth)
    {
        _parser.MoveNext();
        var entries = new List<YamlEntry>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        MappingEnd end;
        while (!_parser.TryConsume(out end!))
        {
            var name = ReadNode(depth + 1);
            var back = name.Start - QuestionMark(name);
            if (name is not YamlScalar { IsBlock: false } key || back > 0)
                throw new ConfigException(_file, name.Line, Math.Max(1, name.Column - back), "An option's name must be a simple word.");
            if (!seen.TryAdd(key.Value, key.Line))
                throw new ConfigException(_file, key.Line, key.Column, $"'{key.Value}' is a duplicate key; the first one is in line {seen[key.Value]}.", "Remove one of the two.");
            entries.Add(new YamlEntry(key, ReadNode(depth + 1)));
        }
        return new YamlMap(Index(start), (int)start.Start.Line, (int)start.Start.Column, entries, start.Style == MappingStyle.Flow, Index(end) + 1);
    }

    /// <summary>The position of the mark of a key written as "? key", which no splice could handle; for other keys the key itself.</summary>
    private int QuestionMark(YamlNode key)
    {
        var i = key.Start - 1;
        while (i >= 0 && _text[i] is ' ' or '\t')
            i--;
        return i >= 0 && _text[i] == '?' ? i : key.Start;
    }

    private static YamlScalar Node(Scalar s) => new(Index(s), (int)s.End.Index, (int)s.Start.Line, (int)s.Start.Column, s.Value,
        s.Style == ScalarStyle.Plain, s.Style is ScalarStyle.Literal or ScalarStyle.Folded);

    private static int Index(ParsingEvent e) => (int)e.Start.Index;

    private ConfigException Refuse(ParsingEvent at, string message, string? hint) =>
        new(_file, (int)at.Start.Line, (int)at.Start.Column, message, hint);

    private static string Reason(YamlException e)
    {
        var reason = e.InnerException is YamlException inner ? inner.Message : e.Message;
        return reason.EndsWith('.') ? reason : reason + ".";
    }

    /// <summary>The position of an invisible line end of YAML's, after which a comment would continue as an option; -1 for none.</summary>
    private static int UnusualLineBreak(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\u0085' or '\u2028' or '\u2029' || text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n'))
                return i;
        }
        return -1;
    }

    private static string Line(string text, int line) => text.Split('\n').ElementAtOrDefault(line - 1) ?? "";

    private static bool IsTabIndented(string line) => line[..^line.TrimStart().Length].Contains('\t');

    /// <summary>Other frequent mistakes in YAML.</summary>
    private static string? Hint(string line, Exception e) =>
        e.Message.Contains("invalid mapping", StringComparison.Ordinal) ? "Indent this line as its neighbours are, and put a value that holds ': ' in quotes."
        : line.Count(c => c == '"') % 2 == 1 ? "A closing \" seems to be missing."
        : null;
}
