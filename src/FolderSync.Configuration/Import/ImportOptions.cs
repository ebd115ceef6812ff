using System.Collections.Immutable;
using System.Net;
using System.Xml.Linq;
using FolderSync.Configuration.Schema;
using FolderSync.Engine.Configuring;

namespace FolderSync.Configuration.Import;

/// <summary>Translates a Syncthing's options, GUI settings and versioning.</summary>
internal sealed class ImportOptions(List<ImportNote> notes)
{
    private const int SecondsOfDay = 86400;

    public ServiceConfig Options(XElement options, ServiceConfig seed)
    {
        var internet = ((string[])["globalAnnounceEnabled", "relaysEnabled", "natEnabled"]).Where(o => options.Flag(o, true)).ToList();
        if (internet.Count > 0)
            notes.Add(new ImportNote($"options {string.Join(", ", internet)}", "FolderSync doesn't support discovery servers, relays and NAT port mapping yet."));
        UnmappedOptions.Note(notes, options, "options", UnmappedOptions.Options);
        return OptionXml.Read(ConfigSchema.Syncthing, SyncthingOptions.Options, options, seed).WithEngine(e => e with { ListenAddresses = Listen(options) });
    }

    public ServiceConfig Gui(XElement gui, ServiceConfig seed)
    {
        var address = gui.Text("address");
        if (ConfigAddress.ValidateHostAndPort(address) is not null)
        {
            if (address.Length > 0)
                notes.Add(new ImportNote($"gui, address {address}", $"the page is at {PageConfig.DefaultAddress}: FolderSync accepts host:port only."));
            address = PageConfig.DefaultAddress;
        }
        var hash = gui.Text("password");
        if (hash.Length > 0 && !Password.IsHash(hash))
        {
            hash = "";
            ConfigAddress.TrySplit(address, out var host, out _);
            var local = host is "localhost" || IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip);
            notes.Add(new ImportNote("gui, password", local ? "set it again in the page's settings; until then the page requires none." : "set it again; until then other computers can use the REST interface only, not the page."));
        }
        UnmappedOptions.Note(notes, gui, "gui", UnmappedOptions.Gui);
        var config = OptionXml.Read(ConfigSchema.Syncthing, SyncthingOptions.Gui, gui, seed);
        return config with { Page = config.Page with { Address = address, PasswordHash = hash } };
    }

    /// <param name="folder">Its path: relative paths there are relative to it.</param>
    public VersioningConfig Versioning(XElement? versioning, string where, string folder)
    {
        var type = versioning?.Text("type") ?? "";
        if (type.Length == 0)
            return new VersioningConfig(VersioningKind.None);
        string Parameter(string key) => versioning!.Elements("param").FirstOrDefault(p => p.Text("key") == key)?.Text("val") ?? "";
        int Days(string key, int per) => int.TryParse(Parameter(key), out var n) && n > 0 ? Math.Max(1, n / per) : 0;
        var path = versioning!.Text("fsPath") is { Length: > 0 } named ? named : Parameter("versionsPath");
        path = path.Length == 0 || Path.IsPathFullyQualified(path) || path.StartsWith('~') ? path : Path.GetFullPath(path, folder);
        switch (type)
        {
            case "trashcan":
                return new VersioningConfig(VersioningKind.TrashCan, Days("cleanoutDays", 1), path);
            case "simple":
                notes.Add(new ImportNote($"{where}, versioning simple", $"FolderSync's trash can keeps every version{Kept(Days("cleanoutDays", 1))}, not a number of them ({Parameter("keep")})."));
                return new VersioningConfig(VersioningKind.TrashCan, Days("cleanoutDays", 1), path);
            case "staggered":
                notes.Add(new ImportNote($"{where}, versioning staggered", $"FolderSync's trash can keeps every version{Kept(Days("maxAge", SecondsOfDay))}; it doesn't thin out older ones."));
                return new VersioningConfig(VersioningKind.TrashCan, Days("maxAge", SecondsOfDay), path);
            default:
                notes.Add(new ImportNote($"{where}, versioning {type}", "FolderSync doesn't run external programs: its trash can keeps versions for 30 days."));
                return new VersioningConfig(VersioningKind.TrashCan);
        }
    }

    private static string Kept(int days) => days > 0 ? $" for {days} days" : " forever, within its size limit";

    private ImmutableArray<string> Listen(XElement options)
    {
        var listen = ImmutableArray.CreateBuilder<string>();
        foreach (var address in options.Elements("listenAddress").Select(a => a.Value.Trim()).Where(a => a.Length > 0))
        {
            if (address == "default" || address.StartsWith("tcp", StringComparison.Ordinal) && ConfigAddress.ValidateListenAddress(address) is null)
                listen.Add(address);
            else
                notes.Add(new ImportNote($"options, listenAddress {address}", "FolderSync listens on TCP only."));
        }
        return listen.Count > 0 ? [.. listen.Distinct()] : ["default"];
    }
}
