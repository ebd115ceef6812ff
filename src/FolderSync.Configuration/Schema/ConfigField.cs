using System.Collections.Immutable;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;

namespace FolderSync.Configuration.Schema;

/// <summary>
/// Everything known about one option, whatever it belongs to. Its row has all that is particular to it: config.yaml, the JSON Schema, REST, import,
/// the page's settings and the reopening of folders all go by it.
/// </summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Description">A sentence for the user, shown by editors.</param>
/// <param name="Type">Its allowed values.</param>
public abstract record ConfigOption(string Key, string Description, ConfigType Type)
{
    /// <summary>A key or a password hash, which is never shown.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Its name in the page's settings.</summary>
    public string Label { get; init; } = Describe(Key);

    public OptionEffect Effect { get; init; }

    /// <summary>Its value when the file doesn't name it.</summary>
    public abstract YamlValue Default { get; }

    private static string Describe(string key) => char.ToUpperInvariant(key[0]) + key[1..].Replace('-', ' ');
}

/// <summary>One option of a <typeparamref name="T"/>.</summary>
/// <param name="Write">Its value as written in the file.</param>
/// <param name="Read">Reads it from a node with content. If the node is wrong, reports that and returns the argument unchanged.</param>
/// <param name="Form">Its form in Syncthing, usually given by its type.</param>
public sealed record ConfigField<T>(
    string Key, string Description, ConfigType Type, Func<T, YamlValue> Write, Func<NodeReader, YamlNode, T, T> Read, SyncthingForm<T> Form)
    : ConfigOption(Key, Description, Type)
{
    private YamlValue _default = YamlValue.Nothing;

    public override YamlValue Default => _default;

    /// <summary>Null when neither REST nor import knows it.</summary>
    public SyncthingField<T>? Syncthing { get; init; }

    public ConfigField<T> Secret() => this with { IsSecret = true };

    public ConfigField<T> Labelled(string label) => this with { Label = label };

    public ConfigField<T> ReopensFolder() => this with { Effect = OptionEffect.FolderReopens };

    public ConfigField<T> NeedsRestart() => this with { Effect = OptionEffect.ServiceRestarts };

    /// <summary>Sets its name in Syncthing's API and XML.</summary>
    /// <param name="scope">Needed when it differs from the other options' scope.</param>
    public ConfigField<T> InSyncthing(string name, string scope = "") => this with { Syncthing = new SyncthingField<T>(scope, name, Form) { Import = name } };

    /// <summary>Sets its name in REST; Syncthing doesn't have it.</summary>
    public ConfigField<T> InRest(string name) => this with { Syncthing = new SyncthingField<T>("", name, Form) { IsOwn = true } };

    /// <summary>Sets its name in Syncthing's XML when that differs from the API's.</summary>
    public ConfigField<T> ImportedAs(string name) => this with { Syncthing = Syncthing! with { Import = name } };

    /// <summary>The same, for an option that import reads with code of its own.</summary>
    public ConfigField<T> ImportedByHand(string? name = null) => this with { Syncthing = Syncthing! with { Import = name ?? Syncthing.Import, IsImportedByHand = true } };

    /// <summary>Uses another form than its type's.</summary>
    public ConfigField<T> As(SyncthingForm<T> form) => this with { Form = form, Syncthing = Syncthing! with { Form = form } };

    public ConfigField<T> ByHand() => As(new SyncthingForm<T>.Custom()).ImportedByHand();

    /// <summary>A flag that Syncthing has with the opposite meaning.</summary>
    public ConfigField<T> Negated() => Form is SyncthingForm<T>.Boolean flag
        ? As(new SyncthingForm<T>.Boolean(c => !flag.Get(c), (c, v) => flag.Set(c, !v)))
        : throw new InvalidOperationException($"'{Key}' is no flag.");

    /// <summary>Maps the words of Syncthing's older XML.</summary>
    public ConfigField<T> WithOlderWords(params (string Older, string Word)[] words) => AsChoice(w => w with { Older = [.. words.Select(o => (o.Older, w.Find(o.Word)))] });

    /// <summary>A word of Syncthing's that isn't supported here, and why.</summary>
    public ConfigField<T> WithoutWord(string word, string why) => AsChoice(w => w with { Unsupported = w.Unsupported.Add((word, why)) });

    private ConfigField<T> AsChoice(Func<SyncthingForm<T>.Choice, SyncthingForm<T>.Choice> change) => Form is SyncthingForm<T>.Choice word
        ? As(change(word))
        : throw new InvalidOperationException($"'{Key}' has no words.");

    public ConfigField<T> Of(T defaults, string scope) => this with
    {
        _default = Write(defaults),
        Syncthing = Syncthing is { Scope: "" } ? Syncthing with { Scope = scope } : Syncthing,
    };
}

/// <summary>The options of a section or list item, in the order in which new ones are written.</summary>
public sealed record ConfigFields<T>
{
    /// <param name="scope">The object of Syncthing's API to which they belong.</param>
    public ConfigFields(T defaults, string scope, IEnumerable<ConfigField<T>> all)
    {
        Defaults = defaults;
        All = [.. all.Select(f => f.Of(defaults, scope))];
        Syncthing = [.. All.Select(f => f.Syncthing).OfType<SyncthingField<T>>()];
    }

    /// <summary>What options are that the file does not name.</summary>
    public T Defaults { get; }

    public ImmutableArray<ConfigField<T>> All { get; }

    /// <summary>Those that REST or import knows.</summary>
    public ImmutableArray<SyncthingField<T>> Syncthing { get; }

    /// <summary>The options that differ between the two.</summary>
    public IEnumerable<ConfigField<T>> Changed(T before, T now) => All.Where(f => !f.Write(before).Same(f.Write(now)));
}

/// <summary>Makes options of each type.</summary>
public static class ConfigField
{
    /// <param name="whyNot">Null for a valid value, otherwise a sentence, possibly with a hint after a line break.</param>
    public static ConfigField<T> Text<T>(string key, string about, Func<T, string> get, Func<T, string, T> set, Func<string, string?>? whyNot = null) =>
        new(key, about, new ConfigType.Text(), c => YamlValue.Text(get(c)), (r, n, c) => r.Text(n, key, whyNot) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Text(get, set, whyNot));

    public static ConfigField<T> Path<T>(string key, string about, Func<T, string> get, Func<T, string, T> set) =>
        new(key, about, new ConfigType.Text(), c => YamlValue.Text(get(c)), (r, n, c) => r.Path(n, key) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Text(get, set, null));

    public static ConfigField<T> TextList<T>(string key, string about, Func<T, ImmutableArray<string>> get, Func<T, ImmutableArray<string>, T> set, Func<string, string?>? whyNot = null) =>
        new(key, about, new ConfigType.TextList(), c => YamlValue.Of(get(c).Select(YamlValue.Text)), (r, n, c) => r.TextList(n, key, whyNot) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.TextList(get, set, whyNot));

    public static ConfigField<T> Bool<T>(string key, string about, Func<T, bool> get, Func<T, bool, T> set) =>
        new(key, about, new ConfigType.Bool(), c => YamlValue.Of(get(c)), (r, n, c) => r.Bool(n, key) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Boolean(get, set));

    public static ConfigField<T> Int<T>(string key, string about, int min, int max, Func<T, int> get, Func<T, int, T> set) =>
        new(key, about, new ConfigType.Int(min, max), c => YamlValue.Of(get(c)), (r, n, c) => r.Int(n, key, min, max) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Integer(min, max, get, set));

    public static ConfigField<T> Choice<T, TWord>(string key, string about, (string Word, TWord Value)[] words, Func<T, TWord> get, Func<T, TWord, T> set)
        where TWord : struct, Enum =>
        new(key, about, new ConfigType.Choice([.. words.Select(w => w.Word)]), c => YamlValue.Word(words.First(w => w.Value.Equals(get(c))).Word),
            (r, n, c) => r.Choice(n, key, words) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Choice([.. words.Select(w => EnumNames.InSyncthing(w.Word))], c => Array.FindIndex(words, w => w.Value.Equals(get(c))), (c, i) => set(c, words[i].Value)));

    /// <param name="unit">How many seconds a unit of the number in <typeparamref name="T"/> stands for.</param>
    /// <param name="zero">The word for 0; null when 0 isn't allowed.</param>
    public static ConfigField<T> Duration<T>(string key, string about, int unit, string? zero, Func<T, int> get, Func<T, int, T> set) =>
        new(key, about, new ConfigType.Duration(zero), c => YamlValue.Word(Quantity.Duration(get(c) * (long)unit, zero)), (r, n, c) => r.Duration(n, key, unit, zero) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Integer(zero is null ? 1 : 0, int.MaxValue, get, set));

    /// <summary>KiB/s, 0 for no limit.</summary>
    public static ConfigField<T> Rate<T>(string key, string about, Func<T, int> get, Func<T, int, T> set) =>
        new(key, about, new ConfigType.Rate(), c => YamlValue.Word(Quantity.Rate(get(c))), (r, n, c) => r.Rate(n, key) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Integer(0, int.MaxValue, get, set));

    public static ConfigField<T> Size<T>(string key, string about, Func<T, long> get, Func<T, long, T> set) =>
        new(key, about, new ConfigType.Size(), c => YamlValue.Word(Quantity.Size(get(c))), (r, n, c) => r.Size(n, key) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Custom());

    /// <summary>Percent of the disk, or bytes.</summary>
    public static ConfigField<T> Free<T>(string key, string about, Func<T, (double Amount, bool IsBytes)> get, Func<T, (double Amount, bool IsBytes), T> set) =>
        new(key, about, new ConfigType.DiskPart(), c => YamlValue.Word(Quantity.Free(get(c))), (r, n, c) => r.Free(n, key) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Amount(get, set));

    public static ConfigField<T> Device<T>(string key, string about, Func<T, DeviceId> get, Func<T, DeviceId, T> set) =>
        new(key, about, new ConfigType.Text(), c => YamlValue.Text(get(c).IsEmpty ? "" : get(c).ToString()), (r, n, c) => r.Device(n, key) is { } v ? set(c, v) : c,
            new SyncthingForm<T>.Custom());
}
