using System.Text.Json.Nodes;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Host.Access;
using FolderSync.Host.Config;
using FolderSync.Protocol.Messages;

namespace FolderSync.Host.Rest;

/// <summary>
/// The configuration as Syncthing's API shapes it. What FolderSync knows is laid over what a client posted last, so that fields it
/// doesn't know come back as they were.
/// </summary>
internal static class ConfigJson
{
    public static JsonObject Device(DeviceConfig device, JsonObject? extra) => Over(Defaults.Device(), extra, new JsonObject
    {
        ["deviceID"] = device.Id.ToString(),
        ["name"] = device.Name,
        ["addresses"] = new JsonArray([.. device.Addresses.Select(a => JsonValue.Create(a))]),
        ["compression"] = device.Compression.ToString().ToLowerInvariant(),
        ["paused"] = device.Paused,
        ["maxSendKbps"] = device.MaxSendKbps,
        ["maxRecvKbps"] = device.MaxReceiveKbps,
        ["numConnections"] = device.NumConnections,
        ["ignoredFolders"] = new JsonArray([.. device.IgnoredFolders.Select(f => new JsonObject { ["id"] = f.Value, ["label"] = "", ["time"] = RestJson.Time(DateTimeOffset.UnixEpoch) })]),
    });

    public static DeviceConfig ToDevice(JsonObject json)
    {
        var reader = new JsonReader(json, "device");
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
            IgnoredFolders = [.. reader.Objects("ignoredFolders").Select(f => Refusals.FolderIdOf(new JsonReader(f, "ignoredFolders").Text("id", "")))],
        };
    }

    public static JsonObject Folder(FolderConfig folder, DeviceId self, JsonObject? extra) => Over(Defaults.Folder(), extra, new JsonObject
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
    public static FolderConfig ToFolder(JsonObject json, DeviceId self)
    {
        var reader = new JsonReader(json, "folder");
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
            Versioning = ToVersioning(reader.Object("versioning")),
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

    public static JsonObject Options(Configuration config, JsonObject? extra) => Over(Defaults.Options(), extra, new JsonObject
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
        ["maxFolderConcurrency"] = config.Engine.MaxFolderConcurrency,
        ["keepTemporariesH"] = config.Engine.KeepTemporariesHours,
        ["startBrowser"] = config.Page.OpenBrowser,
    });

    public static Configuration WithOptions(Configuration config, JsonObject json)
    {
        var reader = new JsonReader(json, "options");
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

    public static JsonObject Gui(PageConfig page, JsonObject? extra) => Over(Defaults.Gui(), extra, new JsonObject
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

    private static JsonObject Over(JsonObject defaults, JsonObject? extra, JsonObject known)
    {
        if (extra is not null)
            RestJson.Merge(defaults, extra);
        foreach (var (key, value) in known)
            defaults[key] = value?.DeepClone();
        return defaults;
    }

    private static JsonObject Versioning(VersioningConfig versioning, JsonObject? extra)
    {
        var json = (extra?["versioning"] as JsonObject)?.DeepClone().AsObject() ?? new JsonObject { ["params"] = new JsonObject(), ["cleanupIntervalS"] = 3600, ["fsType"] = "basic" };
        json["type"] = versioning.Kind == VersioningKind.None ? "" : "trashcan";
        json["fsPath"] = versioning.Path;
        if (versioning.Kind != VersioningKind.None)
        {
            var parameters = json["params"] as JsonObject ?? [];
            parameters["maxSize"] = Quantity.Free((versioning.MaxSize, versioning.MaxSizeIsBytes));
            parameters["cleanoutDays"] = versioning.CleanoutDays.ToString(System.Globalization.CultureInfo.InvariantCulture);
            json["params"] = parameters.Parent is null ? parameters : parameters.DeepClone();
        }
        return json;
    }

    private static VersioningConfig ToVersioning(JsonObject? json)
    {
        if (json is null)
            return new FolderConfig { Id = default, Path = "" }.Versioning;
        var reader = new JsonReader(json, "versioning");
        var type = reader.Text("type", "");
        if (type.Length == 0)
            return new VersioningConfig(VersioningKind.None);
        if (type != "trashcan")
            throw new BadHttpRequestException($"Versioning '{type}' is not built yet; 'trashcan' and '' (none) are.");
        var parameters = reader.Object("params") is { } p ? new JsonReader(p, "params") : null;
        var days = parameters?.Text("cleanoutDays", "0") ?? "0";
        var versioning = new VersioningConfig(VersioningKind.TrashCan, int.TryParse(days, out var n) ? n : 0, reader.Text("fsPath", ""));
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
