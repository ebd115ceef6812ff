using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;
using LiteDB;

namespace FolderSync.Index.State;

/// <summary>
/// Converts records to documents and back. Cuts texts of unknown devices that an earlier version stored in full. Times are UTC ticks; device IDs
/// and short IDs are binary.
/// </summary>
internal static class StateDocuments
{
    /// <summary>LiteDB limits keys to 1,023 bytes; names chosen by others can be longer, so a key is their hash.</summary>
    public static BsonValue Key(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static BsonValue Key(DeviceId device) => new(device.ToBytes());

    public static BsonValue Key(FolderId folder, DeviceId device) => new(SHA256.HashData([.. device.ToBytes(), .. Encoding.UTF8.GetBytes(folder.Value)]));

    public static BsonValue Key(FolderId folder, string copy) => Key($"{folder.Value.Length}/{folder.Value}{copy}");

    public static BsonDocument Of(PendingDevice d)
    {
        var document = new BsonDocument
        {
            ["_id"] = Key(d.Device),
            ["name"] = d.Name,
            ["address"] = d.Address,
            ["time"] = d.Time.UtcTicks,
        };
        document.Add("first", d.FirstTime.UtcTicks);
        return document;
    }

    /// <summary>Earlier versions stored the last time only.</summary>
    public static PendingDevice ToPendingDevice(BsonDocument d) =>
        new(Device(d["_id"]), TextLimits.CutToBytes(d["name"].AsString, TextLimits.MaxName), d["address"].AsString, Time(d["time"]))
        {
            FirstTime = Time(d["first"].IsNull ? d["time"] : d["first"]),
        };

    public static BsonDocument Of(PendingFolder f) => new()
    {
        ["_id"] = Key(f.Folder, f.Device),
        ["folder"] = f.Folder.Value,
        ["device"] = Key(f.Device),
        ["label"] = f.Label,
        ["time"] = f.Time.UtcTicks,
        ["encrypted"] = f.ReceiveEncrypted,
    };

    public static PendingFolder ToPendingFolder(BsonDocument d) =>
        new(new FolderId(d["folder"].AsString), Device(d["device"]), TextLimits.CutToBytes(d["label"].AsString, TextLimits.MaxLabel), Time(d["time"]), d["encrypted"].AsBoolean);

    public static BsonDocument Of(DeviceStatistics s) => new()
    {
        ["_id"] = Key(s.Device),
        ["seen"] = s.LastSeen.UtcTicks,
        ["seconds"] = s.LastConnectionSeconds,
    };

    public static DeviceStatistics ToDevice(BsonDocument d) => new(Device(d["_id"]), Time(d["seen"]), d["seconds"].AsDouble);

    public static BsonDocument Of(FolderStatistics s) => new()
    {
        ["_id"] = Key(s.Folder.Value),
        ["folder"] = s.Folder.Value,
        ["scan"] = s.LastScan.UtcTicks,
        ["file"] = s.LastFile,
        ["time"] = s.LastFileTime.UtcTicks,
        ["deleted"] = s.LastFileDeleted,
    };

    public static FolderStatistics ToFolder(BsonDocument d) =>
        new(new FolderId(d["folder"].AsString), Time(d["scan"]), d["file"].AsString, Time(d["time"]), d["deleted"].AsBoolean);

    public static BsonDocument Of(HistoryItem h, long id) => new()
    {
        ["_id"] = id,
        ["time"] = h.Time.UtcTicks,
        ["folder"] = h.Folder.Value,
        ["path"] = h.Path,
        ["action"] = h.Action,
        ["type"] = (int)h.Type,
        ["by"] = unchecked((long)h.By.Value),
        ["local"] = h.Local,
    };

    public static HistoryItem ToHistory(BsonDocument d) => new(
        Time(d["time"]),
        new FolderId(d["folder"].AsString),
        d["path"].AsString,
        d["action"].AsString,
        (FileType)d["type"].AsInt32,
        new ShortId(unchecked((ulong)d["by"].AsInt64)),
        d["local"].AsBoolean,
        d["_id"].AsInt64);

    public static BsonDocument Of(OpenConflict c) => new()
    {
        ["_id"] = Key(c.Folder, c.Copy),
        ["folder"] = c.Folder.Value,
        ["path"] = c.Path,
        ["copy"] = c.Copy,
        ["winner"] = unchecked((long)c.Winner.Value),
        ["time"] = c.Time.UtcTicks,
    };

    public static OpenConflict ToConflict(BsonDocument d) => new(
        new FolderId(d["folder"].AsString), d["path"].AsString, d["copy"].AsString, new ShortId(unchecked((ulong)d["winner"].AsInt64)), Time(d["time"]));

    private static DeviceId Device(BsonValue value) => new(value.AsBinary);

    private static DateTimeOffset Time(BsonValue ticks) => new(ticks.AsInt64, TimeSpan.Zero);
}
