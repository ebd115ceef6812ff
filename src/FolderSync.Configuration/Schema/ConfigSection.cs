using System.Collections.Immutable;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Configuration.Schema;

/// <summary>A section of options, as a part of the whole configuration.</summary>
/// <param name="Name">Its key in the file.</param>
/// <param name="Description">A sentence for the user, shown by editors.</param>
public abstract record ConfigSection(string Name, string Description)
{
    public abstract ImmutableArray<ConfigOption> Options { get; }

    /// <summary>The options that REST or import knows, as parts of the whole.</summary>
    public abstract ImmutableArray<SyncthingField<ServiceConfig>> Syncthing { get; }

    /// <summary>Reads the section's options over <paramref name="seed"/>.</summary>
    public abstract ServiceConfig Read(NodeReader reader, YamlNode? node, ServiceConfig seed);

    /// <summary>Reads one option over <paramref name="seed"/>.</summary>
    public abstract ServiceConfig ReadOption(NodeReader reader, ConfigOption option, YamlNode node, ServiceConfig seed);

    public abstract YamlValue Write(ConfigOption option, ServiceConfig configuration);

    /// <summary>Writes the differences between the two into the document.</summary>
    public abstract ConfigDocument WriteChanges(ConfigDocument document, ServiceConfig old, ServiceConfig wanted);
}

public sealed record ConfigSection<T>(string Name, string About, ConfigFields<T> Fields, Func<ServiceConfig, T> Get, Func<ServiceConfig, T, ServiceConfig> Put)
    : ConfigSection(Name, About)
{
    public override ImmutableArray<ConfigOption> Options => [.. Fields.All];

    public override ImmutableArray<SyncthingField<ServiceConfig>> Syncthing =>
    [
        .. Fields.Syncthing.Select(f => new SyncthingField<ServiceConfig>(f.Scope, f.Name, f.Form.Within(Get, Put)) { Import = f.Import, IsImportedByHand = f.IsImportedByHand, IsOwn = f.IsOwn }),
    ];

    public override ServiceConfig Read(NodeReader reader, YamlNode? node, ServiceConfig seed) =>
        Put(seed, reader.Group(node, Name, Fields, Get(seed)));

    public override ServiceConfig ReadOption(NodeReader reader, ConfigOption option, YamlNode node, ServiceConfig seed) =>
        Put(seed, ((ConfigField<T>)option).Read(reader, node, Get(seed)));

    public override YamlValue Write(ConfigOption option, ServiceConfig configuration) => ((ConfigField<T>)option).Write(Get(configuration));

    public override ConfigDocument WriteChanges(ConfigDocument document, ServiceConfig old, ServiceConfig wanted) =>
        ConfigWriter.Group(document, Fields, Get(old), Get(wanted), Name);
}
