using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace FolderSync.Configuration.Yaml;

/// <summary>The content of a value in a document, regardless of its formatting.</summary>
public abstract record YamlValue
{
    public static readonly YamlValue Nothing = new Null();
    public static readonly YamlValue EmptyList = new List([]);
    public static readonly YamlValue EmptyMap = new Map([]);

    /// <summary>Text that must stay text: quoted if a reader could take it for another type.</summary>
    public static YamlValue Text(string text) => new Scalar(text, IsText: true);

    /// <summary>A number, a duration or an enum value: written verbatim.</summary>
    public static YamlValue Word(string word) => new Scalar(word, IsText: false);

    public static YamlValue Of(bool value) => Word(value ? "true" : "false");

    public static YamlValue Of(long value) => Word(value.ToString(CultureInfo.InvariantCulture));

    public static YamlValue Of(IEnumerable<YamlValue> items) => new List([.. items]);

    /// <summary>The content of a parsed node.</summary>
    public static YamlValue Of(YamlNode? node) => node switch
    {
        null or YamlScalar { IsNull: true } => Nothing,
        YamlScalar s => new Scalar(s.Value, IsText: true),
        YamlSequence s => new List([.. s.Items.Select(Of)]),
        YamlMap m => new Map([.. m.Entries.Select(e => (e.Key.Value, Of(e.Value)))]),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    public abstract bool Same(YamlValue other);

    internal sealed record Null : YamlValue
    {
        public override bool Same(YamlValue other) => other is Null;
    }

    public sealed record Scalar(string Value, bool IsText) : YamlValue
    {
        public override bool Same(YamlValue other) => other is Scalar s && s.Value == Value;
    }

    public sealed record List(ImmutableArray<YamlValue> Items) : YamlValue
    {
        public override bool Same(YamlValue other) =>
            other is List l && l.Items.Length == Items.Length && Items.Zip(l.Items).All(p => p.First.Same(p.Second));
    }

    internal sealed record Map(ImmutableArray<(string Key, YamlValue Value)> Entries) : YamlValue
    {
        public override bool Same(YamlValue other) => other is Map m && m.Entries.Length == Entries.Length &&
            Entries.Zip(m.Entries).All(p => p.First.Key == p.Second.Key && p.First.Value.Same(p.Second.Value));

        public int IndexOf(string key) => Entries.IndexOf(Entries.FirstOrDefault(e => e.Key == key));
    }
}

/// <summary>Writes values: a list of scalars in brackets on one line; groups and lists of groups on several lines.</summary>
internal static class YamlWriter
{
    /// <summary>On one line.</summary>
    public static string Inline(YamlValue value) => value switch
    {
        YamlValue.Null => "null",
        YamlValue.Scalar s => Scalar(s),
        YamlValue.List l => "[" + string.Join(", ", l.Items.Select(Inline)) + "]",
        YamlValue.Map m => "{" + string.Join(", ", m.Entries.Select(e => $"{Key(e.Key)}: {Inline(e.Value)}")) + "}",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    public static string Key(string key) => Scalar(new YamlValue.Scalar(key, IsText: true));

    public static bool NeedsLines(YamlValue value) => value switch
    {
        YamlValue.Map m => m.Entries.Length > 0,
        YamlValue.List l => l.Items.Any(i => i is not (YamlValue.Scalar or YamlValue.Null)),
        _ => false,
    };

    /// <summary>Lines without line ends, each starting with <paramref name="indent"/> spaces.</summary>
    public static IEnumerable<string> Lines(YamlValue value, int indent)
    {
        var margin = new string(' ', indent);
        switch (value)
        {
            case YamlValue.Map { Entries.Length: > 0 } m:
                return m.Entries.SelectMany(e => Entry(e.Key, e.Value, indent));
            case YamlValue.List l when NeedsLines(l):
                return l.Items.SelectMany(i => Item(i, indent));
            default:
                return [margin + Inline(value)];
        }
    }

    public static IEnumerable<string> Entry(string key, YamlValue value, int indent) => NeedsLines(value)
        ? Lines(value, indent + 2).Prepend($"{new string(' ', indent)}{Key(key)}:")
        : [$"{new string(' ', indent)}{Key(key)}: {Inline(value)}"];

    public static IEnumerable<string> Item(YamlValue value, int indent)
    {
        var first = true;
        foreach (var line in Lines(value, indent + 2))
        {
            yield return first ? new string(' ', indent) + "- " + line[(indent + 2)..] : line;
            first = false;
        }
    }

    private static string Scalar(YamlValue.Scalar s) => s.IsText && !IsPlain(s.Value) ? Quoted(s.Value) : s.Value;

    /// <summary>Conservative: only what any YAML reader takes for a string, even in brackets.</summary>
    private static bool IsPlain(string s)
    {
        if (s.Length == 0 || !(char.IsAsciiLetter(s[0]) || s[0] is '/' or '_' || s[0] > 0x7f && char.IsLetter(s[0]) || char.IsAsciiDigit(s[0]) && !LooksLikeNumber(s)) || s[^1] is ' ' or ':')
            return false;
        for (var i = 0; i < s.Length; i++)
        {
            var c = s[i];
            var plain = char.IsAsciiLetterOrDigit(c) || c is '_' or '/' or '.' or '-' or '+' or '@' or '~' or '=' or '$' or '\\' or '(' or ')' || c > 0x7f && char.IsLetterOrDigit(c) ||
                c == ' ' || c == ':' && s[i + 1] is not (' ' or ',' or ':');
            if (!plain)
                return false;
        }
        return s.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n");
    }

    private static bool LooksLikeNumber(string s) => s.Count(c => c == '.') < 2 && s.All(c => char.IsAsciiHexDigit(c) || c is '.' or '_' or ':' or '-' or '+' or 'x' or 'o' or 'T' or 'Z' or ' ');

    private static string Quoted(string s)
    {
        var quoted = new StringBuilder(s.Length + 2).Append('"');
        foreach (var rune in s.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                <= 0xffff when Rune.IsControl(rune) || IsInvisible(rune) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => quoted.Append(rune),
            };
        }
        return quoted.Append('"').ToString();
    }

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
