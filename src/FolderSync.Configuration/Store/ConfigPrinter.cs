using System.Globalization;
using System.Text;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;

namespace FolderSync.Configuration.Store;

/// <summary>The configuration in force as YAML, each option with its origin; keys and hashes are hidden.</summary>
public static class ConfigPrinter
{
    public const string Hidden = "********";

    private const int OriginColumn = 44;

    /// <param name="overrides">The overrides that <paramref name="state"/> was read with.</param>
    /// <param name="defaults">Includes options that nobody set.</param>
    public static string Text(ConfigState state, ConfigOverrides overrides, bool defaults)
    {
        var text = new StringBuilder();
        foreach (var problem in state.Error?.Problems ?? [])
            text.Append(CultureInfo.InvariantCulture, $"# {problem}\n");
        foreach (var section in ConfigSchema.Groups)
        {
            Group(text, section.Name + ":", "  ", section.Options.Select(o => (o, section.Write(o, state.Configuration),
                Origin(state, overrides.Find(section.Name, o.Key), section.Name, o.Key))), defaults);
        }
        Items(text, state, ConfigSchema.DevicesSection, state.Configuration.Engine.Devices, d => Fields(ConfigSchema.Peer, d), defaults);
        Items(text, state, ConfigSchema.FoldersSection, state.Configuration.Engine.Folders,
            f => Fields(ConfigSchema.Folder, f).Append((With, YamlValue.Of(f.Devices.Select(d => YamlValue.Text(Name(state, d)))))), defaults);
        return text.ToString();
    }

    private static ConfigOption With { get; } = ConfigField.TextList<int>(ConfigSchema.With, ConfigSchema.WithDescription, _ => [], (c, _) => c).Of(0, "");

    private static IEnumerable<(ConfigOption Option, YamlValue Value)> Fields<T>(ConfigFields<T> fields, T item) => fields.All.Select(f => ((ConfigOption)f, f.Write(item)));

    private static void Items<T>(StringBuilder text, ConfigState state, string name, IReadOnlyList<T> items, Func<T, IEnumerable<(ConfigOption, YamlValue)>> options, bool defaults)
    {
        text.Append(name).Append(items.Count == 0 ? ": []\n" : ":\n");
        for (var i = 0; i < items.Count; i++)
        {
            var at = i;
            Group(text, null, "    ", options(items[i]).Select(o => (o.Item1, o.Item2, Origin(state, null, name, at, o.Item1.Key))), defaults, "  - ");
        }
    }

    private static void Group(StringBuilder text, string? title, string indent, IEnumerable<(ConfigOption Option, YamlValue Value, string Origin)> options, bool defaults, string? dash = null)
    {
        var shown = options.Where(o => defaults || o.Origin != Default).ToList();
        if (shown.Count > 0 && title is not null)
            text.Append(title).Append('\n');
        foreach (var (option, value, origin) in shown)
        {
            var hidden = option.IsSecret && !value.Same(option.Default) ? YamlValue.Text(Hidden) : value;
            var line = $"{dash ?? indent}{option.Key}: {YamlWriter.Inline(hidden)}";
            dash = null;
            text.Append(line.PadRight(OriginColumn)).Append("  # ").Append(origin).Append('\n');
        }
    }

    private const string Default = "default";

    private static string Origin(ConfigState state, ConfigOverride? set, params ReadOnlySpan<YamlStep> path) => set is not null
        ? set.IsVariable ? $"environment, {set.Source}" : set.Source.StartsWith('-') ? $"flag, {set.Source}" : $"this run, {set.Source}"
        : state.Document.Find(path) is { } node and not YamlScalar { IsNull: true } ? $"file, line {node.Line.ToString(CultureInfo.InvariantCulture)}" : Default;

    private static string Name(ConfigState state, DeviceId id) =>
        state.Configuration.Engine.Device(id) is { Name.Length: > 0 } device ? device.Name : id.ToString();
}
