using System.Collections.Immutable;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;

namespace FolderSync.Configuration.Schema;

/// <summary>Updates a document option by option: equal values stay untouched, defaults are not written.</summary>
internal static class ConfigWriter
{
    /// <param name="document">Contains <paramref name="old"/>.</param>
    public static ConfigDocument Write(ConfigDocument document, ServiceConfig old, ServiceConfig wanted)
    {
        document = ConfigSchema.Groups.Aggregate(document, (d, section) => section.WriteChanges(d, old, wanted));
        document = Devices(document, old.Engine.Devices, wanted.Engine.Devices);
        return Folders(document, old.Engine, wanted.Engine);
    }

    /// <summary>Updates the options at <paramref name="path"/> that differ between the two.</summary>
    public static ConfigDocument Group<T>(ConfigDocument document, ConfigFields<T> fields, T old, T wanted, params YamlStep[] path)
    {
        foreach (var field in fields.All)
        {
            var value = field.Write(wanted);
            if (value.Same(field.Write(old)))
                continue;
            YamlStep[] at = [.. path, field.Key];
            var present = document.Find(at);
            if (present is null && value.Same(field.Default))
                continue;
            document = value is YamlValue.List list ? Items(document, list, at) : document.Set(value, at);
        }
        return document;
    }

    /// <summary>Updates a list of words: removes missing items and appends new ones; only another order rewrites it.</summary>
    private static ConfigDocument Items(ConfigDocument document, YamlValue.List wanted, YamlStep[] at)
    {
        if (document.Find(at) is not YamlSequence present)
            return document.Set(wanted, at);
        var now = present.Items.Select(YamlValue.Of).ToList();
        for (var i = now.Count - 1; i >= 0; i--)
        {
            if (wanted.Items.Any(now[i].Same) && !now.Take(i).Any(now[i].Same))
                continue;
            document = document.Remove([.. at, i]);
            now.RemoveAt(i);
        }
        if (!now.Zip(wanted.Items).All(p => p.First.Same(p.Second)))
            return document.Set(wanted, at);
        foreach (var item in wanted.Items.Skip(now.Count))
            document = document.Append(item, at);
        return document;
    }

    private static ConfigDocument Devices(ConfigDocument document, ImmutableArray<DeviceConfig> old, ImmutableArray<DeviceConfig> wanted)
    {
        for (var i = old.Length - 1; i >= 0; i--)
        {
            if (wanted.All(d => d.Id != old[i].Id))
                document = document.Remove(ConfigSchema.DevicesSection, i);
        }
        var kept = old.Where(o => wanted.Any(d => d.Id == o.Id)).ToList();
        for (var i = 0; i < kept.Count; i++)
            document = Group(document, ConfigSchema.Peer, kept[i], wanted.First(d => d.Id == kept[i].Id), ConfigSchema.DevicesSection, i);
        foreach (var device in wanted.Where(d => old.All(o => o.Id != d.Id)))
            document = document.Append(New(ConfigSchema.Peer, device, []), ConfigSchema.DevicesSection);
        return document;
    }

    private static ConfigDocument Folders(ConfigDocument document, EngineConfig old, EngineConfig wanted)
    {
        for (var i = old.Folders.Length - 1; i >= 0; i--)
        {
            if (wanted.Folder(old.Folders[i].Id) is null)
                document = document.Remove(ConfigSchema.FoldersSection, i);
        }
        var kept = old.Folders.Where(f => wanted.Folder(f.Id) is not null).ToList();
        for (var i = 0; i < kept.Count; i++)
        {
            var folder = wanted.Folder(kept[i].Id)!;
            document = Group(document, ConfigSchema.Folder, kept[i], folder, ConfigSchema.FoldersSection, i);
            document = With(document, i, folder.Devices, old.Devices, wanted.Devices);
        }
        foreach (var folder in wanted.Folders.Where(f => old.Folder(f.Id) is null))
        {
            var with = YamlValue.Of(folder.Devices.Select(d => YamlValue.Text(Reference(d, wanted.Devices))));
            document = document.Append(New(ConfigSchema.Folder, folder, folder.Devices.IsEmpty ? [] : [(ConfigSchema.With, with)]), ConfigSchema.FoldersSection);
        }
        return document;
    }

    /// <summary>Also follows a renamed device.</summary>
    private static ConfigDocument With(ConfigDocument document, int folder, ImmutableArray<DeviceId> wanted, ImmutableArray<DeviceConfig> old, ImmutableArray<DeviceConfig> devices)
    {
        YamlStep[] at = [ConfigSchema.FoldersSection, folder, ConfigSchema.With];
        var node = document.Find(at);
        if (node is not YamlSequence present)
        {
            var now = node is YamlScalar { IsNull: false } one && ConfigReader.Resolve(one.Value, old, out _) is { } it ? ImmutableArray.Create(it) : [];
            var same = wanted.SequenceEqual(now) && (now.IsEmpty || ConfigReader.Resolve(((YamlScalar)node!).Value, devices, out _) == now[0]);
            return same ? document : document.Set(YamlValue.Of(wanted.Select(d => YamlValue.Text(Reference(d, devices)))), at);
        }
        var ids = present.Items.Select(n => n is YamlScalar s ? ConfigReader.Resolve(s.Value, old, out _) ?? default : default).ToList();
        var texts = present.Items.Select(n => (n as YamlScalar)?.Value ?? "").ToList();
        for (var i = ids.Count - 1; i >= 0; i--)
        {
            if (!wanted.Contains(ids[i]) || ids.IndexOf(ids[i]) < i)
            {
                document = document.Remove([.. at, i]);
                ids.RemoveAt(i);
            }
            else if (ConfigReader.Resolve(texts[i], devices, out _) != ids[i])
            {
                document = document.Set(YamlValue.Text(Reference(ids[i], devices)), [.. at, i]);
            }
        }
        foreach (var added in wanted.Where(d => !ids.Contains(d)))
            document = document.Append(YamlValue.Text(Reference(added, devices)), at);
        return document;
    }

    /// <summary>The device's name if it is unique, otherwise its ID.</summary>
    private static string Reference(DeviceId id, ImmutableArray<DeviceConfig> devices)
    {
        var name = devices.FirstOrDefault(d => d.Id == id)?.Name ?? "";
        return name.Length > 0 && ConfigReader.Resolve(name, devices, out _) == id ? name : id.ToString();
    }

    private static YamlValue New<T>(ConfigFields<T> fields, T item, IEnumerable<(string, YamlValue)> more) => new YamlValue.Map(
    [
        .. fields.All.Select(f => (f.Key, Value: f.Write(item), f.Default))
            .Where(f => !f.Value.Same(f.Default)).Select(f => (f.Key, f.Value)),
        .. more,
    ]);
}
