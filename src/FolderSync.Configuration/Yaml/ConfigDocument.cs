namespace FolderSync.Configuration.Yaml;

/// <summary>A step in a document: an option's name or an item's index.</summary>
public readonly record struct YamlStep(string? Key, int Index)
{
    public static implicit operator YamlStep(string key) => new(key, -1);

    public static implicit operator YamlStep(int index) => new(null, index);

    public override string ToString() => Key ?? $"[{Index}]";
}

/// <summary>
/// A configuration's text and its content. A change is spliced into the text at the position that the parser reports, so every comment, blank line,
/// unknown option and formatting habit elsewhere stays as it is. Immutable.
/// </summary>
/// <remarks>
/// Each change is verified: the new text is parsed and must contain the old content with just that change; otherwise the change is refused.
/// </remarks>
public sealed class ConfigDocument
{
    private readonly string _file;

    private ConfigDocument(string file, string text)
    {
        _file = file;
        Text = text;
        Root = YamlTreeReader.Read(file, Body);
    }

    /// <summary>The text of the file, including its byte order mark.</summary>
    public string Text { get; }

    /// <summary>Null for a document without content.</summary>
    public YamlNode? Root { get; }

    /// <param name="file">For messages.</param>
    /// <exception cref="ConfigException">It isn't an acceptable document.</exception>
    public static ConfigDocument Parse(string file, string text) => new(file, text);

    public YamlNode? Find(params ReadOnlySpan<YamlStep> path)
    {
        var node = Root;
        foreach (var step in path)
        {
            node = node switch
            {
                YamlMap m when step.Key is not null => m.Find(step.Key)?.Value,
                YamlSequence s when step.Key is null && (uint)step.Index < (uint)s.Items.Count => s.Items[step.Index],
                _ => null,
            };
        }
        return node;
    }

    /// <summary>Sets the value at <paramref name="path"/> and creates missing options on the way.</summary>
    public ConfigDocument Set(YamlValue value, params ReadOnlySpan<YamlStep> path)
    {
        var wanted = YamlValueChange.Set(YamlValue.Of(Root), value, path);
        return Verify(new YamlSplice(Body, Root).Set(value, path), wanted, path);
    }

    /// <summary>Removes the option or item at <paramref name="path"/>; returns itself if there is none.</summary>
    public ConfigDocument Remove(params ReadOnlySpan<YamlStep> path)
    {
        if (Find(path) is null)
            return this;
        var wanted = YamlValueChange.Remove(YamlValue.Of(Root), path);
        return Verify(new YamlSplice(Body, Root).Remove(path), wanted, path);
    }

    /// <summary>Appends an item to the list at <paramref name="path"/>, which is created if missing.</summary>
    public ConfigDocument Append(YamlValue item, params ReadOnlySpan<YamlStep> path)
    {
        if (Find(path) is not YamlSequence { Items.Count: > 0 })
            return Set(YamlValue.Of([item]), path);
        var wanted = YamlValueChange.Append(YamlValue.Of(Root), item, path);
        return Verify(new YamlSplice(Body, Root).Append(item, path), wanted, path);
    }

    /// <summary>The text that positions refer to.</summary>
    private string Body => Text.StartsWith(TextFile.ByteOrderMark) ? Text[1..] : Text;

    private ConfigDocument Verify(string body, YamlValue wanted, ReadOnlySpan<YamlStep> path)
    {
        ConfigDocument? result = null;
        Exception? why = null;
        var text = Text.Length == Body.Length ? body : TextFile.ByteOrderMark + body;
        try
        {
            result = new ConfigDocument(_file, text);
        }
        catch (ConfigException e)
        {
            why = e;
        }
        if (result is not null && (YamlValue.Of(result.Root).Same(wanted) || result.Root is null && wanted.Same(YamlValue.EmptyMap)))
            return result;
        var at = Find(path[..^1]);
        throw new ConfigException(_file, at?.Line ?? 0, at?.Column ?? 0, $"'{string.Join('.', path.ToArray())}' can't be changed in the file's present form.",
            "Change it by hand, or write this part with one option per line.", why);
    }
}

/// <summary>Makes the same change on the content, to verify a splice.</summary>
internal static class YamlValueChange
{
    public static YamlValue Set(YamlValue on, YamlValue value, ReadOnlySpan<YamlStep> path)
    {
        if (path.IsEmpty)
            return value;
        if (path[0].Key is not { } key)
        {
            var list = (YamlValue.List)on;
            return new YamlValue.List(list.Items.SetItem(path[0].Index, Set(list.Items[path[0].Index], value, path[1..])));
        }
        var map = on as YamlValue.Map ?? (YamlValue.Map)YamlValue.EmptyMap;
        var i = map.IndexOf(key);
        return new YamlValue.Map(i < 0
            ? map.Entries.Add((key, Set(YamlValue.Nothing, value, path[1..])))
            : map.Entries.SetItem(i, (key, Set(map.Entries[i].Value, value, path[1..]))));
    }

    public static YamlValue Remove(YamlValue on, ReadOnlySpan<YamlStep> path)
    {
        if (on is YamlValue.List list)
        {
            var index = path[0].Index;
            return new YamlValue.List(path.Length == 1 ? list.Items.RemoveAt(index) : list.Items.SetItem(index, Remove(list.Items[index], path[1..])));
        }
        var map = (YamlValue.Map)on;
        var i = map.IndexOf(path[0].Key!);
        return new YamlValue.Map(path.Length == 1
            ? map.Entries.RemoveAt(i)
            : map.Entries.SetItem(i, (map.Entries[i].Key, Remove(map.Entries[i].Value, path[1..]))));
    }

    public static YamlValue Append(YamlValue on, YamlValue item, ReadOnlySpan<YamlStep> path)
    {
        if (path.IsEmpty)
            return new YamlValue.List(((YamlValue.List)on).Items.Add(item));
        if (on is YamlValue.List list)
            return new YamlValue.List(list.Items.SetItem(path[0].Index, Append(list.Items[path[0].Index], item, path[1..])));
        var map = (YamlValue.Map)on;
        var i = map.IndexOf(path[0].Key!);
        return new YamlValue.Map(map.Entries.SetItem(i, (map.Entries[i].Key, Append(map.Entries[i].Value, item, path[1..]))));
    }
}
