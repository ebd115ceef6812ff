using System.Collections.Immutable;
using System.Globalization;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Platform;

namespace FolderSync.Configuration.Schema;

/// <summary>A document read as a configuration.</summary>
/// <param name="Warnings">Unknown options, which are kept but not used.</param>
public sealed record ReadConfiguration(ServiceConfig Configuration, IReadOnlyList<ConfigProblem> Warnings);

/// <summary>Reads a document as a configuration and checks every rule.</summary>
public static class ConfigReader
{
    private static readonly StringComparison PathComparison = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()
        ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <param name="file">For messages.</param>
    /// <param name="home">The home directory of the configuration, which itself must never be synced.</param>
    /// <exception cref="ConfigException">Lists everything that is wrong.</exception>
    public static ReadConfiguration Read(string file, ConfigDocument document, HomeDirectory home)
    {
        var reader = new NodeReader(file);
        if (document.Root is not (null or YamlMap))
            throw new ConfigException(file, document.Root.Line, document.Root.Column, $"The file must hold options, not {document.Root.Kind}.", "Write 'folders:', 'devices:' and so on at the start of lines.");
        RefuseNewer(file, document);
        foreach (var (key, value) in ((YamlMap?)document.Root)?.Entries ?? [])
        {
            if (key.Value != ConfigSchema.FormatOption && !ConfigSchema.Sections.Contains(key.Value))
                reader.Unknown(key, value, ConfigSchema.Sections);
        }
        var read = ConfigSchema.Groups.Aggregate(new ServiceConfig(), (c, section) => section.Read(reader, document.Find(section.Name), c));
        var devices = ReadDevices(reader, document);
        var folders = ReadFolders(reader, document, devices, home);
        foreach (var known in read.Engine.IgnoredDevices.Where(i => devices.Any(d => d.Id == i)))
            reader.Warn(document.Find(ConfigSchema.NetworkSection, "ignored-devices")!, $"The device {known} is listed under 'devices', too, and is not ignored.");
        return reader.Problems.Count > 0
            ? throw new ConfigException([.. reader.Problems.OrderBy(p => p.Line).ThenBy(p => p.Column)])
            : new ReadConfiguration(read.WithEngine(e => e with { Devices = devices, Folders = folders }), [.. reader.Warnings.OrderBy(p => p.Line)]);
    }

    /// <summary>The device that an item of a folder's `with` means: by its ID, or by its name if only one device has it.</summary>
    public static DeviceId? Resolve(string text, ImmutableArray<DeviceConfig> devices, out string? why)
    {
        var named = devices.Where(d => d.Name.Length > 0 && d.Name.Equals(text, StringComparison.OrdinalIgnoreCase)).ToList();
        why = named.Count > 1 ? $"Two devices are named '{text}': write the ID here." : null;
        if (named.Count > 0)
            return named.Count == 1 ? named[0].Id : null;
        if (DeviceIdText.TryParse(text, out var id, out _))
        {
            why = devices.Any(d => d.Id == id) ? null : "No device with this ID is listed under 'devices'. Add it there, or remove it here.";
            return why is null ? id : null;
        }
        why = Suggestion.For(text, devices.Select(d => d.Name).Where(n => n.Length > 0)) is { } meant
            ? $"No device is named '{text}'. Did you mean '{meant}'?"
            : $"No device is named '{text}'. Write the name or the ID of one that is listed under 'devices'.";
        return null;
    }

    /// <summary>A file must not belong to two folders, and no folder may contain the keys.</summary>
    public static string? ValidatePath(string path, IEnumerable<FolderConfig> others, HomeDirectory home)
    {
        foreach (var other in others)
        {
            if (path.Equals(other.Path, PathComparison))
                return $"The folder '{other.Id}' has the path '{path}' already.";
            if (IsInside(path, other.Path))
                return $"The path '{path}' is inside the folder '{other.Id}' ('{other.Path}').";
            if (IsInside(other.Path, path))
                return $"The folder '{other.Id}' ('{other.Path}') is inside the path '{path}'.";
        }
        return path.Equals(home.Path, PathComparison) || IsInside(home.Path, path)
            ? $"The path '{path}' holds FolderSync's own home ('{home.Path}') with its private key, which must not be synced."
            : null;
    }

    /// <summary>Check this first: the meaning of another format's options is unknown.</summary>
    private static void RefuseNewer(string file, ConfigDocument document)
    {
        if (document.Find(ConfigSchema.FormatOption) is not { } node || node is YamlScalar { IsNull: true })
            return;
        if (node is not YamlScalar { Value: var text } || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var format) || format < 1)
            throw new ConfigException(file, node.Line, node.Column, $"'{ConfigSchema.FormatOption}' must be a number.", $"Write {ConfigSchema.Format}, or remove the line.");
        if (format > ConfigSchema.Format)
        {
            throw new ConfigException(file, node.Line, node.Column, $"The configuration has format {format}, written for a newer FolderSync.",
                $"FolderSync {ProgramVersion.Number} reads format {ConfigSchema.Format}; install the newer version again. Nothing was changed.")
            {
                IsNewer = true,
            };
        }
    }

    private static ImmutableArray<DeviceConfig> ReadDevices(NodeReader reader, ConfigDocument document)
    {
        var devices = ImmutableArray.CreateBuilder<DeviceConfig>();
        var lines = new Dictionary<DeviceId, int>();
        foreach (var item in reader.Items(document.Find(ConfigSchema.DevicesSection), ConfigSchema.DevicesSection))
        {
            var before = reader.Problems.Count;
            var device = reader.Group(item, "devices", ConfigSchema.Peer, ConfigSchema.Peer.Defaults);
            if (reader.Problems.Count > before)
                continue;
            if (device.Id.IsEmpty)
                reader.Problem(item, "This device has no 'id'.", "Write the ID that `foldersync id` shows on that device.");
            else if (!lines.TryAdd(device.Id, item.Line))
                reader.Problem(item, $"The device {device.Id} is listed a second time, the first is in line {lines[device.Id]}.", "Remove one of the two.");
            else
                devices.Add(device);
        }
        return devices.ToImmutable();
    }

    private static ImmutableArray<FolderConfig> ReadFolders(NodeReader reader, ConfigDocument document, ImmutableArray<DeviceConfig> devices, HomeDirectory home)
    {
        var folders = ImmutableArray.CreateBuilder<FolderConfig>();
        foreach (var item in reader.Items(document.Find(ConfigSchema.FoldersSection), ConfigSchema.FoldersSection))
        {
            var before = reader.Problems.Count;
            var folder = reader.Group(item, "folders", ConfigSchema.Folder, ConfigSchema.Folder.Defaults, ConfigSchema.With);
            if (reader.Problems.Count > before)
                continue;
            var at = (item as YamlMap)?.Find(ConfigSchema.Path)?.Value ?? item;
            if (folder.Id.Value.Length == 0)
                reader.Problem(item, "This folder has no 'id'.", "Give it a short word that all devices use for it.");
            else if (folder.Path.Length == 0)
                reader.Problem(item, $"The folder '{folder.Id}' has no 'path'.", "Set the path of its files on this device.");
            else if (folders.Any(f => f.Id == folder.Id))
                reader.Problem(item, $"The folder '{folder.Id}' is listed a second time.", "Give one of the two another id, or remove it.");
            else if (ValidatePath(folder.Path, folders, home) is { } why)
                reader.Problem(at, why, "Choose another path, or remove one of the two.");
            else
                folders.Add(folder with { Devices = ReadWith(reader, (item as YamlMap)?.Find(ConfigSchema.With)?.Value, devices) });
        }
        return folders.ToImmutable();
    }

    private static ImmutableArray<DeviceId> ReadWith(NodeReader reader, YamlNode? node, ImmutableArray<DeviceConfig> devices)
    {
        var with = ImmutableArray.CreateBuilder<DeviceId>();
        foreach (var item in node is YamlScalar { IsNull: false } one ? [one] : reader.Items(node, ConfigSchema.With))
        {
            if (reader.Text(item, ConfigSchema.With) is not { } text)
                continue;
            if (Resolve(text, devices, out var why) is not { } id)
                reader.Problem(item, why!);
            else if (!with.Contains(id))
                with.Add(id);
        }
        return with.ToImmutable();
    }

    private static bool IsInside(string path, string directory) =>
        path.Length > directory.Length && path.StartsWith(directory, PathComparison) &&
        (Path.EndsInDirectorySeparator(directory) || path[directory.Length] == Path.DirectorySeparatorChar);
}
