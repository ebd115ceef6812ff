using System.Collections.Immutable;
using System.Xml.Linq;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Queries;
using FolderSync.Network;

namespace FolderSync.Configuration.Import;

/// <summary>Reads a Syncthing's configuration (1.19 to 2.x) into a plan. It looks at the folders and changes nothing.</summary>
public sealed class ImportReader
{
    private readonly SyncthingHome _from;
    private readonly HomeDirectory _to;
    private readonly DeviceIdentity _identity;
    private readonly List<ImportNote> _notes = [];
    private readonly List<string> _markers = [];

    private ImportReader(SyncthingHome from, HomeDirectory to, DeviceIdentity identity) => (_from, _to, _identity) = (from, to, identity);

    /// <exception cref="InvalidDataException">The directory isn't a Syncthing home, or its identity is invalid.</exception>
    /// <exception cref="IOException"/>
    public static ImportPlan Read(SyncthingHome from, HomeDirectory to)
    {
        var root = from.ReadConfig();
        var identity = DeviceIdentity.LoadOrNull(from.Path)?.Identity ??
            throw new InvalidDataException($"There is no cert.pem and key.pem in '{from}': it is not the whole home of a Syncthing.");
        return new ImportReader(from, to, identity).Read(root);
    }

    private ImportPlan Read(XElement root)
    {
        var self = root.Elements("device").FirstOrDefault(d => IsSelf(d.Text("id")));
        var devices = ReadDevices(root);
        var options = new ImportOptions(_notes);
        var config = options.Options(root.Element("options") ?? new XElement("options"), new ServiceConfig()).WithEngine(e => e with
        {
            Name = TextLimits.CutToBytes(self?.Text("name") is { Length: > 0 } name ? name : Environment.MachineName, TextLimits.MaxName),
            Devices = devices,
            IgnoredDevices = ReadIgnored(root, devices),
            Folders = ReadFolders(root, devices),
        });
        config = options.Gui(root.Element("gui") ?? new XElement("gui"), config);
        if (root.Element("ldap")?.Text("address") is { Length: > 0 })
            _notes.Add(new ImportNote("ldap", "FolderSync's page has one user and password and no directory service."));
        if (root.Element("defaults")?.Element("ignores")?.Elements().Any() == true)
            _notes.Add(new ImportNote("defaults, ignores", "new folders start without ignore patterns."));
        var lanOnly = devices.Where(d => d.Addresses is ["dynamic"]).Select(d => d.Name.Length > 0 ? d.Name : d.Id.ToString()).ToList();
        if (lanOnly.Count > 0)
            _notes.Add(new ImportNote($"address dynamic of {string.Join(", ", lanOnly)}", "found on the LAN only, or when that device dials; FolderSync doesn't find devices over the internet yet."));
        return new ImportPlan(_from, _identity, (int)root.Number("version", 0), config, _notes, _markers);
    }

    private bool IsSelf(string id) => DeviceIdText.TryParse(id, out var parsed, out _) && parsed == _identity.DeviceId;

    private ImmutableArray<DeviceConfig> ReadDevices(XElement root)
    {
        var devices = ImmutableArray.CreateBuilder<DeviceConfig>();
        foreach (var xml in root.Elements("device").Where(d => !IsSelf(d.Text("id"))))
        {
            if (!DeviceIdText.TryParse(xml.Text("id"), out var id, out var why))
            {
                _notes.Add(new ImportNote($"device '{xml.Text("id")}'", $"left out: {why}"));
                continue;
            }
            if (devices.Any(d => d.Id == id))
                continue;
            var where = $"device '{TextLimits.Preview(xml.Text("name") is { Length: > 0 } name ? name : id.ToString())}'";
            var (networks, isClosed) = ReadNetworks(xml, where);
            var device = OptionXml.Read(ConfigSchema.Peer.Syncthing, SyncthingOptions.Device, xml, new DeviceConfig { Id = id });
            devices.Add(device with
            {
                Name = Short(xml.Text("name"), TextLimits.MaxName, where, "name"),
                Addresses = Addresses(xml.Elements("address").Select(a => a.Value.Trim()), ConfigAddress.ValidateDialAddress, "dynamic", where),
                Paused = device.Paused || isClosed,
                AllowedNetworks = networks,
                IgnoredFolders = [.. xml.Elements("ignoredFolder").Select(f => f.Text("id")).Where(i => FolderIdText.Validate(i) is null).Distinct().Select(i => new FolderId(i))],
            });
            UnmappedOptions.Note(_notes, xml, where, UnmappedOptions.Device);
        }
        return devices.ToImmutable();
    }

    private ImmutableArray<DeviceId> ReadIgnored(XElement root, ImmutableArray<DeviceConfig> devices)
    {
        var ignored = ImmutableArray.CreateBuilder<DeviceId>();
        foreach (var text in root.Elements("remoteIgnoredDevice").Select(d => d.Text("id")))
        {
            if (!DeviceIdText.TryParse(text, out var id, out var why))
                _notes.Add(new ImportNote($"ignored device {text}", $"left out: {why}"));
            else if (id != _identity.DeviceId && devices.All(d => d.Id != id) && !ignored.Contains(id))
                ignored.Add(id);
        }
        return ignored.ToImmutable();
    }

    /// <summary>In Syncthing unreadable networks allow nothing; a device that has only such is imported paused, never open to all.</summary>
    private (ImmutableArray<string> Networks, bool IsClosed) ReadNetworks(XElement device, string where)
    {
        var all = device.Elements("allowedNetwork").SelectMany(n => n.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        foreach (var network in all)
        {
            if (NetworkFilter.Validate(network) is { } why)
                _notes.Add(new ImportNote($"{where}, allowedNetwork {network}", why));
        }
        var good = all.Where(n => NetworkFilter.Validate(n) is null).Distinct().ToImmutableArray();
        // Omitting an exclusion would open what was closed.
        var isClosed = all.Count > 0 && (good.IsEmpty || all.Any(n => n.StartsWith('!') && !good.Contains(n)));
        if (isClosed)
            _notes.Add(new ImportNote($"{where}, allowedNetwork", "its networks are invalid: the device is paused. Set allowed-networks, then resume it."));
        return (good, isClosed);
    }

    private string Short(string text, int max, string where, string what)
    {
        var kept = TextLimits.CutToBytes(text, max);
        if (kept.Length < text.Length)
            _notes.Add(new ImportNote($"{where}, {what}", $"is cut to {max} bytes."));
        return kept;
    }

    private ImmutableArray<string> Addresses(IEnumerable<string> addresses, Func<string, string?> whyNot, string none, string where)
    {
        var taken = ImmutableArray.CreateBuilder<string>();
        foreach (var address in addresses.Where(a => a.Length > 0))
        {
            if (whyNot(address) is { } why)
                _notes.Add(new ImportNote($"{where}, address {address}", why));
            else if (!address.StartsWith("tcp", StringComparison.Ordinal) && address != none)
                _notes.Add(new ImportNote($"{where}, address {address}", "FolderSync dials TCP only; the address is left out."));
            else
                taken.Add(address);
        }
        return taken.Count > 0 ? taken.ToImmutable() : [none];
    }

    private ImmutableArray<FolderConfig> ReadFolders(XElement root, ImmutableArray<DeviceConfig> devices)
    {
        var folders = ImmutableArray.CreateBuilder<FolderConfig>();
        foreach (var xml in root.Elements("folder"))
        {
            var where = $"folder '{TextLimits.Preview(xml.Text("label") is { Length: > 0 } label ? label : xml.Text("id"))}'";
            var told = _notes.Count;
            var (folder, why) = ReadFolder(xml, where, devices);
            why ??= folders.Any(f => f.Id == folder!.Id) ? "another folder has the same ID." : ConfigReader.ValidatePath(folder!.Path, folders, _to);
            if (why is not null)
            {
                _notes.RemoveRange(told, _notes.Count - told);
                _notes.Add(new ImportNote(where, $"left out: {why}"));
                continue;
            }
            folders.Add(folder!);
            Marker(xml, where, folder!.Path);
            _notes.AddRange(IgnoreReview.Of(folder!.Path).Select(d => new ImportNote($"{where}, {d.Where}", d.Why)));
            UnmappedOptions.Note(_notes, xml, where, UnmappedOptions.Folder);
        }
        return folders.ToImmutable();
    }

    private (FolderConfig? Folder, string? WhyNot) ReadFolder(XElement xml, string where, ImmutableArray<DeviceConfig> devices)
    {
        var path = Expanded(xml.Text("path"));
        if (xml.Text("id").Length == 0)
            return (null, "it has no ID.");
        if (!FolderIdText.TryParse(xml.Text("id"), out var id, out var whyNot))
            return (null, whyNot + " Give it another ID on all devices, in Syncthing, and import it then.");
        if (!OptionXml.IsKnownChoice(ConfigSchema.Folder.Syncthing, "type", xml))
            return (null, $"folders of the type '{xml.Text("type")}' are not supported yet.");
        if (xml.Text("filesystemType") is not ("" or "basic"))
            return (null, $"its filesystem is '{xml.Text("filesystemType")}'.");
        if (!Path.IsPathFullyQualified(path))
            return (null, $"its path '{xml.Text("path")}' is not absolute.");
        var seed = new FolderConfig { Id = id, Path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) };
        return (OptionXml.Read(ConfigSchema.Folder.Syncthing, SyncthingOptions.Folder, xml, seed) with
        {
            Label = Short(xml.Text("label"), TextLimits.MaxLabel, where, "label"),
            Devices = SharedWith(xml, where, devices),
            Versioning = new ImportOptions(_notes).Versioning(xml.Element("versioning"), where, path),
        }, null);
    }

    private ImmutableArray<DeviceId> SharedWith(XElement folder, string where, ImmutableArray<DeviceConfig> devices)
    {
        var with = ImmutableArray.CreateBuilder<DeviceId>();
        foreach (var xml in folder.Elements("device"))
        {
            if (!DeviceIdText.TryParse(xml.Text("id"), out var id, out _) || devices.FirstOrDefault(d => d.Id == id) is not { } device || with.Contains(id))
                continue;
            var name = device.Name.Length > 0 ? device.Name : id.ToString();
            // A device that holds only ciphertext must never receive the plain files.
            if (xml.Text("encryptionPassword").Length > 0)
                _notes.Add(new ImportNote($"{where}, encrypted for {name}", "not shared with that device: encryption is not supported yet."));
            else if (folder.Parent!.Elements("device").Any(d => d.Text("id") == xml.Text("id") && d.Flag("untrusted", false)))
                _notes.Add(new ImportNote($"{where}, untrusted device {name}", "not shared with that device: it may have no readable files."));
            else
                with.Add(id);
        }
        return with.ToImmutable();
    }

    private void Marker(XElement xml, string where, string path)
    {
        const string Own = ".stfolder";
        var name = xml.Text("markerName");
        if (name.Length > 0 && name != Own && (Path.Exists(Path.Combine(path, name)) && !Path.IsPathFullyQualified(name)))
        {
            _markers.Add(Path.Combine(path, Own));
            _notes.Add(new ImportNote($"{where}, marker {name}", $"FolderSync uses {Own}, which is created beside it."));
        }
        else if (name.Length > 0 && name != Own)
            _notes.Add(new ImportNote($"{where}, marker {name}", $"it doesn't exist, and FolderSync uses {Own}: the folder waits until you create that."));
        else if (!Directory.Exists(path))
            _notes.Add(new ImportNote($"{where}, path '{path}'", "it doesn't exist now; the folder waits until it does."));
        else if (!Path.Exists(Path.Combine(path, Own)))
            _notes.Add(new ImportNote($"{where}, path '{path}'", $"it lacks its marker {Own}; the folder waits until you create it."));
    }

    private static string Expanded(string path) =>
        path == "~" ? HomeDirectory.OfUser
        : path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~" + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? HomeDirectory.OfUser + path[1..]
        : path;
}
