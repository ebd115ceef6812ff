using System.Collections.Immutable;

namespace FolderSync.Host.Config;

/// <summary>A section of single options, as a part of the whole configuration.</summary>
/// <param name="Name">Its key in the file.</param>
/// <param name="About">A sentence for a person, as an editor shows it.</param>
internal abstract record ConfigSection(string Name, string About)
{
    public abstract ImmutableArray<ConfigOption> Options { get; }

    /// <summary>The section's options over <paramref name="seed"/>.</summary>
    public abstract Configuration Read(NodeReader reader, YamlNode? node, Configuration seed);

    /// <summary>One option over <paramref name="seed"/>.</summary>
    public abstract Configuration ReadOption(NodeReader reader, ConfigOption option, YamlNode node, Configuration seed);

    public abstract YamlValue Write(ConfigOption option, Configuration configuration);

    /// <summary>The document with what differs between the two.</summary>
    public abstract ConfigDocument WriteChanges(ConfigDocument document, Configuration old, Configuration wanted);
}

internal sealed record ConfigSection<T>(string Name, string About, ConfigFields<T> Fields, Func<Configuration, T> Get, Func<Configuration, T, Configuration> Put)
    : ConfigSection(Name, About)
{
    public override ImmutableArray<ConfigOption> Options => [.. Fields.All];

    public override Configuration Read(NodeReader reader, YamlNode? node, Configuration seed) =>
        Put(seed, reader.Group(node, Name, Fields, Get(seed)));

    public override Configuration ReadOption(NodeReader reader, ConfigOption option, YamlNode node, Configuration seed) =>
        Put(seed, ((ConfigField<T>)option).Read(reader, node, Get(seed)));

    public override YamlValue Write(ConfigOption option, Configuration configuration) => ((ConfigField<T>)option).Write(Get(configuration));

    public override ConfigDocument WriteChanges(ConfigDocument document, Configuration old, Configuration wanted) =>
        ConfigWriter.Group(document, Fields, Get(old), Get(wanted), Name);
}
