using System.Collections.Immutable;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Configuration.Store;

/// <summary>An option that overrides the file for one run.</summary>
/// <param name="Source">Where it was set, in the user's terms: "FOLDERSYNC_PAGE_ADDRESS" or "--gui-address".</param>
public sealed record ConfigOverride(string Section, string Option, string Value, string Source)
{
    public bool IsVariable => Source.StartsWith(ConfigOverrides.Prefix, StringComparison.Ordinal);
}

/// <summary>
/// Flags and environment variables that override `config.yaml`: FOLDERSYNC_SECTION_OPTION for every option of a section, such as
/// FOLDERSYNC_PAGE_ADDRESS. Flags override environment variables, which override the file. Immutable.
/// </summary>
public sealed class ConfigOverrides
{
    public const string Prefix = "FOLDERSYNC_";

    public static readonly ConfigOverrides None = new([]);

    /// <summary>Variables that `serve` accepted before there was one for each option.</summary>
    private static readonly (string Variable, string Section, string Option)[] Older =
        [("FOLDERSYNC_GUI_ADDRESS", ConfigSchema.PageSection, "address"), ("FOLDERSYNC_GUI_APIKEY", ConfigSchema.PageSection, "api-key")];

    private ConfigOverrides(ImmutableArray<ConfigOverride> all) => All = all;

    /// <summary>At most one per option.</summary>
    public ImmutableArray<ConfigOverride> All { get; }

    public static string Variable(string section, string option) => Prefix + $"{section}_{option}".Replace('-', '_').ToUpperInvariant();

    /// <summary>An empty variable is ignored.</summary>
    public static ConfigOverrides FromEnvironment(Func<string, string?> environment)
    {
        var overrides = None;
        foreach (var (variable, section, option) in Older.Concat(Options().Select(o => (Variable(o.Section.Name, o.Option.Key), o.Section.Name, o.Option.Key))))
        {
            if (environment(variable) is { Length: > 0 } value)
                overrides = overrides.With(new ConfigOverride(section, option, value, variable));
        }
        return overrides;
    }

    /// <summary>Sentences about variables that look like an option's but aren't.</summary>
    public static IEnumerable<string> FindMisspelled(IEnumerable<string> variables)
    {
        var known = Options().Select(o => Variable(o.Section.Name, o.Option.Key)).Concat(Older.Select(o => o.Variable)).ToHashSet();
        var prefixes = ConfigSchema.Groups.Select(g => Variable(g.Name, "")).ToList();
        return
        [
            .. from variable in variables.Order(StringComparer.Ordinal)
               where prefixes.Any(p => variable.StartsWith(p, StringComparison.Ordinal)) && !known.Contains(variable)
               select $"There is no option for the variable {variable}; it has no effect.{(Suggestion.For(variable, known) is { } meant ? $" Did you mean {meant}?" : "")}",
        ];
    }

    /// <param name="assignment">SECTION.OPTION=VALUE.</param>
    /// <exception cref="ConfigException">There is no such option.</exception>
    public ConfigOverrides WithFlag(string flag, string assignment)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        var name = equals < 0 ? assignment : assignment[..equals];
        var known = Options().Select(o => $"{o.Section.Name}.{o.Option.Key}").ToList();
        if (equals >= 0 && known.Contains(name))
            return With(new ConfigOverride(name[..name.IndexOf('.', StringComparison.Ordinal)], name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], assignment[(equals + 1)..], flag));
        var hint = !known.Contains(name) && Suggestion.For(name, known) is { } meant ? $"Did you mean '{meant}'?" : "Write SECTION.OPTION=VALUE, such as limits.send=500KiB/s.";
        throw new ConfigException(flag, 0, 0, equals < 0 ? $"'{assignment}' sets nothing." : $"There is no option '{name}' that a flag can set.", hint);
    }

    public ConfigOverrides With(ConfigOverride one) => new(All.RemoveAll(o => o.Section == one.Section && o.Option == one.Option).Add(one));

    public ConfigOverride? Find(string section, string option) => All.FirstOrDefault(o => o.Section == section && o.Option == option);

    /// <exception cref="ConfigException">Lists every invalid value.</exception>
    public ServiceConfig ApplyTo(ServiceConfig configuration)
    {
        var problems = new List<ConfigProblem>();
        foreach (var set in All)
        {
            var section = ConfigSchema.Groups.First(g => g.Name == set.Section);
            var option = section.Options.First(o => o.Key == set.Option);
            var reader = new NodeReader(set.Source);
            configuration = section.ReadOption(reader, option, Node(option, set.Value), configuration);
            problems.AddRange(reader.Problems);
        }
        return problems.Count > 0 ? throw new ConfigException(problems) : configuration;
    }

    private static YamlNode Node(ConfigOption option, string value) => option.Type is not ConfigType.TextList
        ? new YamlScalar(0, 0, 0, 0, value, plain: false, block: false)
        : new YamlSequence(0, 0, 0, [.. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(item => new YamlScalar(0, 0, 0, 0, item, plain: false, block: false))], flow: true, 0);

    private static IEnumerable<(ConfigSection Section, ConfigOption Option)> Options() => ConfigSchema.Groups.SelectMany(g => g.Options.Select(o => (g, o)));
}
