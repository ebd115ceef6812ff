using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;
using Google.Protobuf;

namespace FolderSync.Protocol.Messages;

/// <summary>Hello, ClusterConfig, DownloadProgress and Close: from and to their generated forms.</summary>
internal static class RareMessages
{
    private const int MaxFolders = 10_000, MaxDevices = 100_000, MaxUpdates = 100_000;

    public static Hello ReadHello(ReadOnlySpan<byte> body)
    {
        var wire = Parse(HelloWire.Parser, body, "Hello");
        return new Hello(wire.DeviceName, wire.ClientName, wire.ClientVersion, wire.NumConnections, wire.Timestamp);
    }

    public static HelloWire ToWire(Hello hello) => new()
    {
        DeviceName = hello.DeviceName,
        ClientName = hello.ClientName,
        ClientVersion = hello.ClientVersion,
        NumConnections = hello.NumConnections,
        Timestamp = hello.Timestamp,
    };

    public static BepMessage ReadClusterConfig(ReadOnlySpan<byte> body)
    {
        Bound(body, (1 << 3) | 2, MaxFolders, (16 << 3) | 2, MaxDevices, "ClusterConfig");
        var wire = Parse(ClusterConfigWire.Parser, body, "ClusterConfig");
        return new BepMessage.ClusterConfig([.. wire.Folders.Select(FolderOf)], wire.Secondary);
    }

    public static ClusterConfigWire ToWire(BepMessage.ClusterConfig m)
    {
        var wire = new ClusterConfigWire { Secondary = m.Secondary };
        foreach (var folder in m.Folders)
        {
            var item = new FolderWire { Id = folder.Id.Value, Label = folder.Label, Type = (uint)folder.Type, StopReason = folder.Paused ? 1u : 0 };
            item.Devices.AddRange(folder.Devices.Select(ToWire));
            wire.Folders.Add(item);
        }
        return wire;
    }

    public static BepMessage ReadDownloadProgress(ReadOnlySpan<byte> body)
    {
        Bound(body, (2 << 3) | 2, MaxUpdates, (3 << 3) | 2, MaxUpdates, "DownloadProgress");
        var wire = Parse(DownloadProgressWire.Parser, body, "DownloadProgress");
        var updates = new List<ProgressUpdate>(wire.Updates.Count);
        foreach (var item in wire.Updates)
        {
            // It is advice only: what is about a name or a version that can't be here is left out.
            if (WireName.TryRead(item.Name, out var name) && VectorDecoder.Of(item.Version, out var tooHigh) is var version && !tooHigh)
                updates.Add(new ProgressUpdate(name, version, [.. item.BlockIndexes], item.BlockSize, item.UpdateType == 1));
        }
        return new BepMessage.DownloadProgress(new FolderId(wire.Folder), updates);
    }

    public static DownloadProgressWire ToWire(BepMessage.DownloadProgress m)
    {
        var wire = new DownloadProgressWire { Folder = m.Folder.Value };
        foreach (var update in m.Updates)
        {
            var item = new ProgressWire { UpdateType = update.Forget ? 1u : 0, Name = update.Name.Value, BlockSize = update.BlockSize, Version = new VectorWire() };
            item.Version.Counters.AddRange(update.Version.Counters.Select(c => new CounterWire { Id = c.Device.Value, Value = c.Value }));
            item.BlockIndexes.AddRange(update.BlockIndexes);
            wire.Updates.Add(item);
        }
        return wire;
    }

    public static BepMessage ReadClose(ReadOnlySpan<byte> body) => new BepMessage.Close(Parse(CloseWire.Parser, body, "Close").Reason);

    public static CloseWire ToWire(BepMessage.Close m) => new() { Reason = m.Reason };

    private static SharedFolder FolderOf(FolderWire wire)
    {
        if (wire.Id.Length == 0)
            throw BepException.Violation("The other device shares a folder without an ID.");
        var type = wire.Type <= (uint)FolderType.ReceiveEncrypted ? (FolderType)wire.Type : FolderType.SendReceive;
        return new SharedFolder(new FolderId(wire.Id), wire.Label, type, wire.StopReason != 0, [.. wire.Devices.Select(DeviceOf)]);
    }

    private static SharingDevice DeviceOf(DeviceWire wire)
    {
        if (wire.Id.Length != DeviceId.Length)
            throw BepException.Violation($"The other device names a device by {wire.Id.Length} bytes; an ID has {DeviceId.Length}.");
        var compression = wire.Compression <= (uint)Compression.Always ? (Compression)wire.Compression : Compression.Metadata;
        return new SharingDevice(
            new DeviceId(wire.Id.Span), wire.Name, [.. wire.Addresses], compression, wire.CertName, wire.MaxSequence, wire.Introducer,
            wire.IndexId, wire.SkipIntroductionRemovals, wire.EncryptionPasswordToken.Memory);
    }

    private static DeviceWire ToWire(SharingDevice device)
    {
        var wire = new DeviceWire
        {
            Id = ByteString.CopyFrom(device.Id.ToBytes()),
            Name = device.Name,
            Compression = (uint)device.Compression,
            CertName = device.CertName,
            MaxSequence = device.MaxSequence,
            Introducer = device.Introducer,
            IndexId = device.IndexId,
            SkipIntroductionRemovals = device.SkipIntroductionRemovals,
            EncryptionPasswordToken = ByteString.CopyFrom(device.EncryptionPasswordToken.Span),
        };
        wire.Addresses.AddRange(device.Addresses);
        return wire;
    }

    private static T Parse<T>(MessageParser<T> parser, ReadOnlySpan<byte> body, string what) where T : IMessage<T>
    {
        try
        {
            return parser.WithDiscardUnknownFields(true).ParseFrom(body);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw BepException.Violation($"The other device sent a broken {what}: {e.Message}", e);
        }
    }

    /// <summary>Counts before objects are made: an empty message takes 2 bytes on the wire and a hundred in memory.</summary>
    private static void Bound(ReadOnlySpan<byte> body, uint outerTag, int maxOuter, uint innerTag, int maxInner, string what)
    {
        int outer = 0, inner = 0;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            if (tag != outerTag)
            {
                reader.Skip(tag);
                continue;
            }
            outer++;
            var item = new ProtoReader(reader.ReadBytes());
            while (!item.AtEnd)
            {
                var innerFieldTag = item.ReadTag();
                if (innerFieldTag == innerTag)
                    inner++;
                item.Skip(innerFieldTag);
            }
            if (outer > maxOuter || inner > maxInner)
                throw BepException.Violation($"The other device sent a {what} of more than {maxOuter} items.");
        }
    }
}
