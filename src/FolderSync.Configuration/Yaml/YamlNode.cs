namespace FolderSync.Configuration.Yaml;

/// <summary>A part of a parsed document and its position in the text.</summary>
/// <param name="start">Index of the first character; for a block sequence: of its first dash.</param>
/// <param name="line">Of <see cref="Start"/>, from 1.</param>
/// <param name="column">Of <see cref="Start"/>, from 1.</param>
public abstract class YamlNode(int start, int line, int column)
{
    public int Start { get; } = start;

    public int Line { get; } = line;

    public int Column { get; } = column;

    /// <summary>Index after the value's last character, excluding comments and blank lines that follow.</summary>
    public abstract int End { get; }

    /// <summary>The user's word for it.</summary>
    public abstract string Kind { get; }
}

public sealed class YamlScalar(int start, int end, int line, int column, string value, bool plain, bool block) : YamlNode(start, line, column)
{
    public override int End { get; } = end;

    public string Value { get; } = value;

    /// <summary>Written on several lines with '|' or '>': <see cref="YamlNode.End"/> is the start of the following line.</summary>
    public bool IsBlock { get; } = block;

    /// <summary>Empty, ~ or null without quotes: the option has its default.</summary>
    public bool IsNull { get; } = plain && value is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : $"'{Value}'";
}

public sealed record YamlEntry(YamlScalar Key, YamlNode Value);

public sealed class YamlMap(int start, int line, int column, IReadOnlyList<YamlEntry> entries, bool flow, int end) : YamlNode(start, line, column)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;

    /// <summary>Written in braces.</summary>
    public bool IsFlow { get; } = flow;

    public override int End => IsFlow || Entries.Count == 0 ? end : Entries[^1].Value.End;

    public override string Kind => "a group of options";

    public YamlEntry? Find(string key) => Entries.FirstOrDefault(e => e.Key.Value == key);
}

public sealed class YamlSequence(int start, int line, int column, IReadOnlyList<YamlNode> items, bool flow, int end) : YamlNode(start, line, column)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;

    /// <summary>Written in brackets.</summary>
    public bool IsFlow { get; } = flow;

    public override int End => IsFlow || Items.Count == 0 ? end : Items[^1].End;

    public override string Kind => "a list";
}
