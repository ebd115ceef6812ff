using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Network;
using FolderSync.Protocol.Messages;

namespace FolderSync.Api.Rest;

/// <summary>
/// The configuration as Syncthing's API shapes it. What FolderSync knows is laid over what a client posted last, so that fields it
/// doesn't know come back as they were.
/// </summary>
internal static class ConfigJson
{
    public static JsonObject Device(DeviceConfig device, JsonObject? extra) => Over(SyncthingOptions.Device, Defaults.Device(), extra, new JsonObject
    {
        ["deviceID"] = device.Id.ToString(),
        ["name"] = device.Name,
        ["addresses"] = new JsonArray([.. device.Addresses.Select(a => JsonValue.Create(a))]),
        ["compression"] = device.Compression.ToString().ToLowerInvariant(),
        ["paused"] = device.Paused,
        ["maxSendKbps"] = device.MaxSendKbps,
        ["maxRecvKbps"] = device.MaxReceiveKbps,
        ["numConnections"] = device.NumConnections,
        ["allowedNetworks"] = new JsonArray([.. device.AllowedNetworks.Select(n => JsonValue.Create(n))]),
        ["ignoredFolders"] = new JsonArray([.. device.IgnoredFolders.Select(f => Described(extra?["ignoredFolders"], "id", f.Value) ??
            new JsonObject { ["id"] = f.Value, ["label"] = "", ["time"] = RestJson.Time(DateTimeOffset.UnixEpoch) })]),
    });

    public static DeviceConfig ToDevice(JsonObject json)
    {
        var reader = new JsonReader(json, "device");
        Check(SyncthingOptions.Device, json, $"device {reader.Text("deviceID", "")}");
        return new DeviceConfig
        {
            Id = Refusals.Device(reader.Text("deviceID", "")),
            Name = Good(reader.Text("name", ""), ConfigSchema.WhyNotName),
            Addresses = reader.Texts("addresses") is { Length: > 0 } addresses ? addresses : ["dynamic"],
            Compression = reader.Choice("compression", Compression.Metadata),
            Paused = reader.Flag("paused", false),
            MaxSendKbps = reader.Number("maxSendKbps", 0),
            MaxReceiveKbps = reader.Number("maxRecvKbps", 0),
            NumConnections = reader.Number("numConnections", 0),
            AllowedNetworks = [.. reader.Texts("allowedNetworks").Select(n => NetworkFilter.WhyNot(n) is { } why ? throw new BadHttpRequestException($"allowedNetworks: {why}") : n)],
            IgnoredFolders = [.. reader.Objects("ignoredFolders").Select(f => Refusals.FolderIdOf(new JsonReader(f, "ignoredFolders").Text("id", "")))],
        };
    }

    public static JsonObject Folder(FolderConfig folder, DeviceId self, JsonObject? extra) => Over(SyncthingOptions.Folder, Defaults.Folder(), extra, new JsonObject
    {
        ["id"] = folder.Id.Value,
        ["label"] = folder.Label,
        ["path"] = folder.Path,
        ["type"] = folder.Type.ToString().ToLowerInvariant(),
        ["devices"] = new JsonArray([.. folder.Devices.Prepend(self).Select(d => new JsonObject { ["deviceID"] = d.ToString(), ["introducedBy"] = "", ["encryptionPassword"] = "" })]),
        ["rescanIntervalS"] = folder.RescanIntervalSeconds,
        ["fsWatcherEnabled"] = folder.WatcherEnabled,
        ["ignorePerms"] = folder.IgnorePermissions,
        ["minDiskFree"] = new JsonObject { ["value"] = folder.MinDiskFree, ["unit"] = folder.MinDiskFreeIsBytes ? "B" : "%" },
        ["versioning"] = Versioning(folder.Versioning, extra),
        ["order"] = OrderName(folder.Order),
        ["ignoreDelete"] = folder.IgnoreDelete,
        ["maxConflicts"] = folder.MaxConflicts,
        ["disableSparseFiles"] = !folder.SparseFiles,
        ["paused"] = folder.Paused,
        ["modTimeWindowS"] = folder.ModifiedWindowSeconds,
        ["fullVerifyIntervalH"] = folder.FullVerifyIntervalHours,
        ["holdDeletionsOver"] = folder.HoldDeletionsOver,
        ["holdDeletionsOverPercent"] = folder.HoldDeletionsOverPercent,
        ["holdIncomingDeletions"] = folder.HoldIncomingDeletions,
    });

    /// <param name="self">Left out of the folder's devices: the engine's configuration names peers only.</param>
    /// <param name="present">The folder that the object is to take the place of.</param>
    public static FolderConfig ToFolder(JsonObject json, DeviceId self, FolderConfig? present = null)
    {
        var reader = new JsonReader(json, "folder");
        Check(SyncthingOptions.Folder, json, $"folder '{reader.Text("id", "")}'");
        var defaults = new FolderConfig { Id = default, Path = "" };
        var free = reader.Object("minDiskFree") is { } f ? new JsonReader(f, "minDiskFree") : null;
        var unit = free?.Text("unit", "%") ?? "%";
        return new FolderConfig
        {
            Id = Refusals.FolderIdOf(reader.Required("id")),
            Label = Good(reader.Text("label", ""), ConfigSchema.WhyNotLabel),
            Path = Expanded(reader.Required("path")),
            Type = reader.Choice("type", FolderType.SendReceive) is not FolderType.ReceiveEncrypted and var type
                ? type
                : throw new BadHttpRequestException("FolderSync can't hold encrypted folders (receiveencrypted) yet."),
            Devices = [.. reader.Objects("devices").Select(d => Refusals.Device(new JsonReader(d, "devices").Text("deviceID", ""))).Where(d => d != self).Distinct()],
            RescanIntervalSeconds = reader.Number("rescanIntervalS", defaults.RescanIntervalSeconds),
            WatcherEnabled = reader.Flag("fsWatcherEnabled", true),
            IgnorePermissions = reader.Flag("ignorePerms", false),
            MinDiskFree = (free?.Real("value", defaults.MinDiskFree) ?? defaults.MinDiskFree) * Unit(unit),
            MinDiskFreeIsBytes = unit != "%" && unit.Length > 0,
            Versioning = ToVersioning(reader.Object("versioning"), (present ?? defaults).Versioning),
            Order = Order(reader.Text("order", "random")),
            IgnoreDelete = reader.Flag("ignoreDelete", false),
            MaxConflicts = reader.Number("maxConflicts", defaults.MaxConflicts),
            SparseFiles = !reader.Flag("disableSparseFiles", false),
            Paused = reader.Flag("paused", false),
            ModifiedWindowSeconds = reader.Number("modTimeWindowS", 0),
            FullVerifyIntervalHours = reader.Number("fullVerifyIntervalH", defaults.FullVerifyIntervalHours),
            HoldDeletionsOver = reader.Number("holdDeletionsOver", defaults.HoldDeletionsOver),
            HoldDeletionsOverPercent = reader.Number("holdDeletionsOverPercent", defaults.HoldDeletionsOverPercent),
            HoldIncomingDeletions = reader.Flag("holdIncomingDeletions", false),
        };
    }

    private static string Good(string text, Func<string, string?> whyNot) => whyNot(text) is { } why ? throw new BadHttpRequestException(why) : text;

    public static JsonObject Options(ServiceConfig config, JsonObject? extra) => Over(SyncthingOptions.Options, Defaults.Options(), extra, new JsonObject
    {
        ["listenAddresses"] = new JsonArray([.. config.Engine.ListenAddresses.Select(a => JsonValue.Create(a))]),
        ["reconnectionIntervalS"] = config.Engine.ReconnectIntervalSeconds,
        ["localAnnounceEnabled"] = config.Engine.LocalDiscovery,
        ["localAnnouncePort"] = config.Engine.LocalDiscoveryPort,
        ["mdnsEnabled"] = config.Engine.Mdns,
        ["notifications"] = new JsonObject
        {
            ["pairing"] = config.Notifications.Pairing,
            ["folders"] = config.Notifications.Folders,
            ["conflicts"] = config.Notifications.Conflicts,
            ["errors"] = config.Notifications.Errors,
        },
        ["maxSendKbps"] = config.Engine.MaxSendKbps,
        ["maxRecvKbps"] = config.Engine.MaxReceiveKbps,
        ["limitBandwidthInLan"] = config.Engine.LimitBandwidthInLan,
        ["maxConcurrentIncomingRequestKiB"] = RequestKiB(config.Engine),
        ["maxFolderConcurrency"] = config.Engine.MaxFolderConcurrency,
        ["keepTemporariesH"] = config.Engine.KeepTemporariesHours,
        ["startBrowser"] = config.Page.OpenBrowser,
    });

    public static ServiceConfig WithOptions(ServiceConfig config, JsonObject json)
    {
        var reader = new JsonReader(json, "options");
        Check(SyncthingOptions.Options, json, "options");
        var e = config.Engine;
        var n = config.Notifications;
        var told = reader.Object("notifications") is { } given ? new JsonReader(given, "notifications") : null;
        return config with
        {
            Engine = e with
            {
                ListenAddresses = reader.Has("listenAddresses") ? reader.Texts("listenAddresses") : e.ListenAddresses,
                ReconnectIntervalSeconds = reader.Number("reconnectionIntervalS", e.ReconnectIntervalSeconds),
                LocalDiscovery = reader.Flag("localAnnounceEnabled", e.LocalDiscovery),
                LocalDiscoveryPort = reader.Number("localAnnouncePort", e.LocalDiscoveryPort),
                Mdns = reader.Flag("mdnsEnabled", e.Mdns),
                MaxSendKbps = reader.Number("maxSendKbps", e.MaxSendKbps),
                MaxReceiveKbps = reader.Number("maxRecvKbps", e.MaxReceiveKbps),
                LimitBandwidthInLan = reader.Flag("limitBandwidthInLan", e.LimitBandwidthInLan),
                MaxRequestBytes = reader.Number("maxConcurrentIncomingRequestKiB", RequestKiB(e)) is var kib && kib == RequestKiB(e) ? e.MaxRequestBytes
                    : kib > 0 ? kib * 1024L : new EngineConfig().MaxRequestBytes,
                MaxFolderConcurrency = reader.Number("maxFolderConcurrency", e.MaxFolderConcurrency),
                KeepTemporariesHours = reader.Number("keepTemporariesH", e.KeepTemporariesHours),
            },
            Page = config.Page with { OpenBrowser = reader.Flag("startBrowser", config.Page.OpenBrowser) },
            Notifications = told is null ? n : new NotificationsConfig
            {
                Pairing = told.Flag("pairing", n.Pairing),
                Folders = told.Flag("folders", n.Folders),
                Conflicts = told.Flag("conflicts", n.Conflicts),
                Errors = told.Flag("errors", n.Errors),
            },
        };
    }

    public static JsonObject Gui(PageConfig page, JsonObject? extra) => Over(SyncthingOptions.Gui, Defaults.Gui(), extra, new JsonObject
    {
        ["enabled"] = page.Enabled,
        ["address"] = page.Address,
        ["apiKey"] = page.ApiKey,
        ["user"] = page.User,
        ["password"] = page.PasswordHash,
        ["useTLS"] = page.Tls,
    });

    /// <summary>A password comes as it is or as a hash; an absent one stays, an empty one takes it away.</summary>
    public static Func<PageConfig, PageConfig> ToGui(JsonObject json)
    {
        var reader = new JsonReader(json, "gui");
        Check(SyncthingOptions.Gui, json, "gui");
        var password = reader.Has("password") ? reader.Text("password", "") : null;
        var hash = string.IsNullOrEmpty(password) || Password.IsHash(password) ? password
            : Password.WhyNot(password) is { } why ? throw new BadHttpRequestException(why)
            : Password.Hash(password);
        return page => page with
        {
            Enabled = reader.Flag("enabled", page.Enabled),
            Address = reader.Text("address", "") is { Length: > 0 } address ? address : page.Address,
            ApiKey = reader.Text("apiKey", "") is { Length: > 0 } key ? key : page.ApiKey,
            User = reader.Text("user", page.User),
            PasswordHash = hash ?? page.PasswordHash,
            Tls = reader.Flag("useTLS", page.Tls),
        };
    }

    /// <exception cref="BadHttpRequestException">A value is one that FolderSync can't keep to.</exception>
    public static void Check(string scope, JsonObject json, string where)
    {
        if (SyncthingOptions.WhyNot(scope, json, where) is { } why)
            throw new BadHttpRequestException(why);
    }

    /// <summary>Devices that are ignored, with what is known of them.</summary>
    public static JsonArray Ignored(EngineConfig engine, JsonNode? extra) => new(
    [
        .. engine.IgnoredDevices.Select(d => Described(extra, "deviceID", d.ToString()) ??
            new JsonObject { ["deviceID"] = d.ToString(), ["name"] = "", ["address"] = "", ["time"] = RestJson.Time(DateTimeOffset.UnixEpoch) }),
    ]);

    private static JsonObject? Described(JsonNode? list, string key, string id) =>
        (list as JsonArray)?.OfType<JsonObject>().FirstOrDefault(o => o[key] is JsonValue v && v.TryGetValue<string>(out var text) && text == id)?.DeepClone().AsObject();

    private static JsonObject Over(string scope, JsonObject defaults, JsonObject? extra, JsonObject known)
    {
        var json = defaults.DeepClone().AsObject();
        if (extra is not null)
            RestJson.Merge(json, extra);
        foreach (var key in json.Select(p => p.Key).ToList())
        {
            // What doesn't hold here is not shown as if it did.
            if (SyncthingOptions.Find($"{scope}.{key}") is { } option && (option.Treatment == OptionTreatment.Shown || !option.Allows(json[key])))
                json[key] = defaults[key]?.DeepClone() ?? (option.Allowed is [var usual, ..] ? JsonNode.Parse(usual) : null);
        }
        foreach (var (key, value) in known)
            json[key] = value?.DeepClone();
        return json;
    }

    /// <summary>0 stands for what is usual here.</summary>
    private static int RequestKiB(EngineConfig engine) =>
        engine.MaxRequestBytes == new EngineConfig().MaxRequestBytes ? 0 : (int)Math.Clamp(engine.MaxRequestBytes / 1024, 1, int.MaxValue);

    private static JsonObject Versioning(VersioningConfig versioning, JsonObject? extra)
    {
        var json = (extra?["versioning"] as JsonObject)?.DeepClone().AsObject() ?? new JsonObject { ["params"] = new JsonObject(), ["cleanupIntervalS"] = 3600 };
        json["fsType"] = "basic";
        json["type"] = versioning.Kind == VersioningKind.None ? "" : "trashcan";
        json["fsPath"] = versioning.Path;
        // Also where nothing is kept now: they hold again when it is switched on.
        var parameters = json["params"] as JsonObject ?? [];
        parameters["maxSize"] = Quantity.Free((versioning.MaxSize, versioning.MaxSizeIsBytes));
        parameters["cleanoutDays"] = versioning.CleanoutDays.ToString(System.Globalization.CultureInfo.InvariantCulture);
        json["params"] = parameters.Parent is null ? parameters : parameters.DeepClone();
        return json;
    }

    private static VersioningConfig ToVersioning(JsonObject? json, VersioningConfig present)
    {
        if (json is null)
            return new FolderConfig { Id = default, Path = "" }.Versioning;
        var reader = new JsonReader(json, "versioning");
        var type = reader.Text("type", "");
        if (type is not ("" or "trashcan"))
            throw new BadHttpRequestException($"Versioning '{type}' is not built yet; 'trashcan' and '' (none) are.");
        var parameters = reader.Object("params") is { } p ? new JsonReader(p, "params") : null;
        // Switched off, clients send no parameters, and mean none to be changed; as in Syncthing, a trash can without days keeps for ever.
        var kind = type.Length == 0 ? VersioningKind.None : VersioningKind.TrashCan;
        var unsent = kind == VersioningKind.None ? present.CleanoutDays : 0;
        var versioning = present with
        {
            Kind = kind,
            CleanoutDays = parameters?.Text("cleanoutDays", "") is { Length: > 0 } days ? int.TryParse(days, out var n) ? n : 0 : unsent,
            Path = reader.Text("fsPath", ""),
        };
        if (parameters?.Text("maxSize", "") is not { Length: > 0 } size)
            return versioning;
        return Quantity.ParseFree(size) is { } limit
            ? versioning with { MaxSize = limit.Amount, MaxSizeIsBytes = limit.IsBytes }
            : throw new BadHttpRequestException($"versioning: maxSize can't be '{size}'. Write a percentage such as 10%, a size such as 50 GB, or off.");
    }

    private static string Expanded(string path) =>
        Path.TrimEndingDirectorySeparator(path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? HomeDirectory.OfUser + path[1..] : path);

    private static double Unit(string unit) => unit switch
    {
        "kB" or "k" => 1e3,
        "MB" or "M" => 1e6,
        "GB" or "G" => 1e9,
        "TB" or "T" => 1e12,
        _ => 1,
    };

    private static string OrderName(PullOrder order) => order.ToString() is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";

    private static PullOrder Order(string name) =>
        Enum.TryParse<PullOrder>(name, ignoreCase: true, out var order) ? order : throw new BadHttpRequestException($"folder: '{name}' is no pull order.");
}
