using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;
using Google.Protobuf;

namespace FolderSync.Protocol.Messages;

/// <summary>
/// Converts Hello, ClusterConfig, DownloadProgress and Close to their generated forms, and the short ones back. Cuts texts on arrival: nothing
/// longer is kept, stored or shown.
/// </summary>
internal static class ControlMessageCodec
{
    public static Hello ReadHello(ReadOnlySpan<byte> body)
    {
        var wire = Parse(HelloWire.Parser, body, "Hello");
        return new Hello(
            TextLimits.CutToBytes(wire.DeviceName, TextLimits.MaxName),
            TextLimits.CutToBytes(wire.ClientName, TextLimits.MaxName),
            TextLimits.CutToCharacters(wire.ClientVersion, TextLimits.MaxVersion),
            wire.NumConnections,
            wire.Timestamp);
    }

    public static HelloWire ToWire(Hello hello) => new()
    {
        DeviceName = hello.DeviceName,
        ClientName = hello.ClientName,
        ClientVersion = hello.ClientVersion,
        NumConnections = hello.NumConnections,
        Timestamp = hello.Timestamp,
    };

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

    public static BepMessage ReadClose(ReadOnlySpan<byte> body) =>
        new BepMessage.Close(TextLimits.CutToCharacters(Parse(CloseWire.Parser, body, "Close").Reason, TextLimits.MaxReason));

    public static CloseWire ToWire(BepMessage.Close m) => new() { Reason = TextLimits.CutToCharacters(m.Reason, TextLimits.MaxReason) };

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
}
