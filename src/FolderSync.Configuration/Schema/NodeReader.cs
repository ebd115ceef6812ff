using System.Collections.Immutable;
using System.Globalization;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;

namespace FolderSync.Configuration.Schema;

/// <summary>Reads values from nodes. An invalid one is reported with its position and a hint, and null is returned.</summary>
/// <param name="file">For messages.</param>
public sealed class NodeReader(string file)
{
    private readonly List<ConfigProblem> _problems = [];
    private readonly List<ConfigProblem> _warnings = [];

    /// <summary>Any of these makes the configuration invalid.</summary>
    public IReadOnlyList<ConfigProblem> Problems => _problems;

    /// <summary>Unknown options, which are kept but not used.</summary>
    public IReadOnlyList<ConfigProblem> Warnings => _warnings;

    public void Problem(YamlNode at, string message, string? hint = null) => _problems.Add(new ConfigProblem(file, at.Line, at.Column, message, hint));

    public void Warn(YamlNode at, string message, string? hint = null) => _warnings.Add(new ConfigProblem(file, at.Line, at.Column, message, hint));

    /// <summary>Reads a group's options over <paramref name="seed"/> and warns about unknown ones.</summary>
    /// <param name="others">Options of the group that are read elsewhere.</param>
    public T Group<T>(YamlNode? node, string name, ConfigFields<T> fields, T seed, params ReadOnlySpan<string> others)
    {
        if (node is null or YamlScalar { IsNull: true })
            return seed;
        if (node is not YamlMap map)
        {
            Problem(node, $"'{name}' must be a group of options, not {node.Kind}.", $"Write the options below it, indented, such as '{fields.All[0].Key}: ...'.");
            return seed;
        }
        foreach (var (key, value) in map.Entries)
        {
            if (fields.All.FirstOrDefault(f => f.Key == key.Value) is { } field)
                seed = value is YamlScalar { IsNull: true } ? seed : field.Read(this, value, seed);
            else if (!others.Contains(key.Value))
                Unknown(key, value, [.. fields.All.Select(f => f.Key), .. others]);
        }
        return seed;
    }

    /// <summary>
    /// Warns about an unknown option. Refuses one of Syncthing's that concerns safety, since the user would believe it to be in force.
    /// </summary>
    public void Unknown(YamlScalar key, YamlNode value, IReadOnlyList<string> known)
    {
        if (RefuseUnsafe(key, value, isLdap: false))
            return;
        Warn(key, $"There is no option '{key.Value}' here; it has no effect.",
            Suggestion.For(key.Value, known) is { } meant ? $"Did you mean '{meant}'?" : $"Known here: {string.Join(", ", known)}.");
    }

    /// <summary>Also checks nested options, whatever nesting Syncthing uses.</summary>
    private bool RefuseUnsafe(YamlScalar key, YamlNode value, bool isLdap)
    {
        if (SyncthingOptions.ValidateInFile(key, value, isLdap) is { } why)
        {
            Problem(key, why);
            return true;
        }
        isLdap |= key.Value == SyncthingOptions.Ldap;
        var refused = false;
        foreach (var map in value is YamlSequence list ? list.Items.OfType<YamlMap>() : value is YamlMap one ? [one] : [])
        {
            foreach (var (inner, below) in map.Entries)
                refused |= RefuseUnsafe(inner, below, isLdap);
        }
        return refused;
    }

    public IEnumerable<YamlNode> Items(YamlNode? node, string name)
    {
        if (node is null or YamlScalar { IsNull: true })
            return [];
        if (node is YamlSequence sequence)
            return sequence.Items;
        Problem(node, $"'{name}' must be a list, not {node.Kind}.", "Start each item on its own line with '- ', or write [a, b].");
        return [];
    }

    public string? Text(YamlNode node, string key, Func<string, string?>? whyNot = null)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        if (whyNot?.Invoke(text) is not { } why)
            return text;
        Problem(node, why!);
        return null;
    }

    public ImmutableArray<string>? TextList(YamlNode node, string key, Func<string, string?>? whyNot)
    {
        var items = (node is YamlScalar ? [node] : Items(node, key)).Select(i => Text(i, key, whyNot)).ToList();
        return items.Contains(null) || node is YamlMap ? null : [.. items!];
    }

    /// <summary>An absolute path without a trailing separator; '~' means the user's directory.</summary>
    public string? Path(YamlNode node, string key)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        var path = text == "~" || text.StartsWith("~/", StringComparison.Ordinal) || (OperatingSystem.IsWindows() && text.StartsWith(@"~\", StringComparison.Ordinal)) ? HomeDirectory.OfUser + text[1..] : text;
        if (System.IO.Path.IsPathFullyQualified(path))
            return System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Problem(node, $"The path '{text}' is not absolute.", $"Write it from the root, or from your own directory as ~/{text.TrimStart('.', '/')}.");
        return null;
    }

    public bool? Bool(YamlNode node, string key)
    {
        bool? value = Scalar(node, key)?.ToLowerInvariant() switch { "true" or "yes" or "on" => true, "false" or "no" or "off" => false, _ => null };
        return Wrong(node, value is null, $"'{key}' must be true or false, not {node.Kind}.") ? null : value;
    }

    public int? Int(YamlNode node, string key, int min, int max)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        var good = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max;
        return Wrong(node, !good, max == int.MaxValue ? $"'{key}' must be a whole number from {min} up, not {node.Kind}."
            : $"'{key}' must be a whole number from {min} to {max}, not {node.Kind}.") ? null : value;
    }

    public TWord? Choice<TWord>(YamlNode node, string key, (string Word, TWord Value)[] words) where TWord : struct, Enum
    {
        if (Scalar(node, key) is not { } text)
            return null;
        foreach (var (word, value) in words)
        {
            if (word == text)
                return value;
        }
        Problem(node, $"'{key}' can't be '{text}'.", (Suggestion.For(text, words.Select(w => w.Word)) is { } meant ? $"Did you mean '{meant}'? " : "") +
            $"It is one of: {string.Join(", ", words.Select(w => w.Word))}.");
        return null;
    }

    public int? Duration(YamlNode node, string key, int unit, string? zero)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        var seconds = zero is not null && (text == zero || text == "0") ? 0 : Quantity.ParseDuration(text);
        if (Wrong(node, seconds is null, $"'{key}' must be a duration, not {node.Kind}.", $"Write a number with its unit, such as 90s, 30m, 12h or 7d{(zero is null ? "" : $", or {zero}")}."))
            return null;
        var bad = seconds % unit != 0 || seconds / unit > int.MaxValue || seconds == 0 && zero is null;
        return Wrong(node, bad, $"'{key}' must be a duration in whole {(unit == 86400 ? "days" : unit == 3600 ? "hours" : "seconds")}, not {node.Kind}.") ? null : (int)(seconds / unit)!;
    }

    public int? Rate(YamlNode node, string key)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        var rate = text is Quantity.Off or "0" ? 0 : Quantity.ParseRate(text);
        return Wrong(node, rate is null, $"'{key}' must be a rate, not {node.Kind}.", "Write a number with its unit, such as 500 KiB/s or 2 MiB/s, or off.") ? null : rate;
    }

    public long? Size(YamlNode node, string key) => Scalar(node, key) is not { } text ? null
        : Wrong(node, Quantity.ParseSize(text) is null, $"'{key}' must be a size, not {node.Kind}.", "Write a number with its unit, such as 64 MiB.") ? null : Quantity.ParseSize(text);

    public (double Amount, bool IsBytes)? Free(YamlNode node, string key)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        var free = Quantity.ParseFree(text);
        return Wrong(node, free is null, $"'{key}' must be a part of the disk, not {node.Kind}.", "Write a percentage such as 1%, a size such as 5 GB, or off.") ? null : free;
    }

    public DeviceId? Device(YamlNode node, string key)
    {
        if (Scalar(node, key) is not { } text)
            return null;
        if (DeviceIdText.TryParse(text, out var id, out var why))
            return id;
        Problem(node, why!);
        return null;
    }

    private string? Scalar(YamlNode node, string key)
    {
        if (node is YamlScalar { IsNull: false } scalar)
            return scalar.Value;
        Problem(node, $"'{key}' must be one value, not {node.Kind}.", node is YamlScalar { Value: "~" } ? "In YAML, ~ alone means nothing: put it in quotes." : null);
        return null;
    }

    private bool Wrong(YamlNode node, bool wrong, string message, string? hint = null)
    {
        if (wrong && (_problems.Count == 0 || _problems[^1].Line != node.Line || _problems[^1].Column != node.Column))
            Problem(node, message, hint);
        return wrong;
    }
}
