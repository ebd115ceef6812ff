using System.Collections.Immutable;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;

namespace FolderSync.Configuration.Schema;

/// <summary>What is known of one option, whatever it is an option of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="About">A sentence for a person, as an editor shows it.</param>
/// <param name="Type">What it may say.</param>
public abstract record ConfigOption(string Key, string About, ConfigType Type)
{
    /// <summary>Never shown: a key or a password's hash.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What it is where the file does not name it.</summary>
    public abstract YamlValue Default { get; }
}

/// <summary>One option of a <typeparamref name="T"/>.</summary>
/// <param name="Write">Its value as the file says it.</param>
/// <param name="Read">Takes it from a node that is not nothing; returns its argument where the node is wrong, having said so.</param>
public sealed record ConfigField<T>(string Key, string About, ConfigType Type, Func<T, YamlValue> Write, Func<NodeReader, YamlNode, T, T> Read)
    : ConfigOption(Key, About, Type)
{
    private YamlValue _default = YamlValue.Nothing;

    public override YamlValue Default => _default;

    public ConfigField<T> Secret() => this with { IsSecret = true };

    public ConfigField<T> WithDefault(T defaults) => this with { _default = Write(defaults) };
}

/// <summary>The options of a section or of an item of a list, in the order in which new ones are written.</summary>
public sealed record ConfigFields<T>
{
    public ConfigFields(T defaults, IEnumerable<ConfigField<T>> all)
    {
        Defaults = defaults;
        All = [.. all.Select(f => f.WithDefault(defaults))];
    }

    /// <summary>What options are that the file does not name.</summary>
    public T Defaults { get; }

    public ImmutableArray<ConfigField<T>> All { get; }
}

/// <summary>The kinds of options.</summary>
public static class ConfigField
{
    /// <param name="whyNot">Null for a good value, else a sentence, maybe with a hint behind a line break.</param>
    public static ConfigField<T> Text<T>(string key, string about, Func<T, string> get, Func<T, string, T> set, Func<string, string?>? whyNot = null) =>
        new(key, about, new ConfigType.Text(), c => YamlValue.Text(get(c)), (r, n, c) => r.Text(n, key, whyNot) is { } v ? set(c, v) : c);

    public static ConfigField<T> Path<T>(string key, string about, Func<T, string> get, Func<T, string, T> set) =>
        new(key, about, new ConfigType.Text(), c => YamlValue.Text(get(c)), (r, n, c) => r.Path(n, key) is { } v ? set(c, v) : c);

    public static ConfigField<T> Texts<T>(string key, string about, Func<T, ImmutableArray<string>> get, Func<T, ImmutableArray<string>, T> set, Func<string, string?>? whyNot = null) =>
        new(key, about, new ConfigType.Texts(), c => YamlValue.Of(get(c).Select(YamlValue.Text)), (r, n, c) => r.Texts(n, key, whyNot) is { } v ? set(c, v) : c);

    public static ConfigField<T> Bool<T>(string key, string about, Func<T, bool> get, Func<T, bool, T> set) =>
        new(key, about, new ConfigType.Bool(), c => YamlValue.Of(get(c)), (r, n, c) => r.Bool(n, key) is { } v ? set(c, v) : c);

    public static ConfigField<T> Int<T>(string key, string about, int min, int max, Func<T, int> get, Func<T, int, T> set) =>
        new(key, about, new ConfigType.Int(min, max), c => YamlValue.Of(get(c)), (r, n, c) => r.Int(n, key, min, max) is { } v ? set(c, v) : c);

    public static ConfigField<T> Word<T, TWord>(string key, string about, (string Word, TWord Value)[] words, Func<T, TWord> get, Func<T, TWord, T> set)
        where TWord : struct, Enum =>
        new(key, about, new ConfigType.Word([.. words.Select(w => w.Word)]), c => YamlValue.Word(words.First(w => w.Value.Equals(get(c))).Word),
            (r, n, c) => r.Word(n, key, words) is { } v ? set(c, v) : c);

    /// <param name="unit">Seconds that the number in <typeparamref name="T"/> counts.</param>
    /// <param name="zero">The word for 0; null where 0 is not allowed.</param>
    public static ConfigField<T> Duration<T>(string key, string about, int unit, string? zero, Func<T, int> get, Func<T, int, T> set) =>
        new(key, about, new ConfigType.Duration(zero), c => YamlValue.Word(Quantity.Duration(get(c) * (long)unit, zero)), (r, n, c) => r.Duration(n, key, unit, zero) is { } v ? set(c, v) : c);

    /// <summary>KiB/s, 0 for no limit.</summary>
    public static ConfigField<T> Rate<T>(string key, string about, Func<T, int> get, Func<T, int, T> set) =>
        new(key, about, new ConfigType.Rate(), c => YamlValue.Word(Quantity.Rate(get(c))), (r, n, c) => r.Rate(n, key) is { } v ? set(c, v) : c);

    public static ConfigField<T> Size<T>(string key, string about, Func<T, long> get, Func<T, long, T> set) =>
        new(key, about, new ConfigType.Size(), c => YamlValue.Word(Quantity.Size(get(c))), (r, n, c) => r.Size(n, key) is { } v ? set(c, v) : c);

    /// <summary>Percent of the disk, or bytes.</summary>
    public static ConfigField<T> Free<T>(string key, string about, Func<T, (double Amount, bool IsBytes)> get, Func<T, (double Amount, bool IsBytes), T> set) =>
        new(key, about, new ConfigType.DiskPart(), c => YamlValue.Word(Quantity.Free(get(c))), (r, n, c) => r.Free(n, key) is { } v ? set(c, v) : c);

    public static ConfigField<T> Device<T>(string key, string about, Func<T, DeviceId> get, Func<T, DeviceId, T> set) =>
        new(key, about, new ConfigType.Text(), c => YamlValue.Text(get(c).IsEmpty ? "" : get(c).ToString()), (r, n, c) => r.Device(n, key) is { } v ? set(c, v) : c);
}
