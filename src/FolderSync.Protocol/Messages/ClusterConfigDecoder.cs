using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>
/// Parses ClusterConfig by hand, so that it allocates only what is kept: texts are cut, lists end at their limits, and a folder with an invalid ID
/// is left out without harm to the others.
/// </summary>
internal static class ClusterConfigDecoder
{
    public const int MaxFolders = 10_000;

    /// <summary>Over all folders of a message.</summary>
    public const int MaxDevices = 100_000;

    /// <summary>Per device. Further addresses are skipped, since they wouldn't be dialed.</summary>
    public const int MaxAddresses = 32;

    /// <summary>Bytes. Nothing longer is an address.</summary>
    public const int MaxAddressLength = 255;

    /// <summary>Only its presence matters.</summary>
    private const int MaxToken = 1024;

    /// <summary>This many refused folders are reported by ID.</summary>
    private const int MaxRefused = 10;

    public static BepMessage Read(ReadOnlySpan<byte> body)
    {
        List<SharedFolder> folders = [];
        List<RefusedFolder> refused = [];
        HashSet<FolderId> known = [];
        int count = 0, devices = 0;
        var isSecondary = false;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.ClusterConfig.Folder:
                    if (++count > MaxFolders)
                        throw BepException.Violation($"The other device sent a ClusterConfig of more than {MaxFolders} folders.");
                    if (FolderOf(reader.ReadBytes(), ref devices, out var why) is not { } folder)
                        Refuse(refused, why!);
                    else if (known.Add(folder.Id))
                        folders.Add(folder);
                    break;
                case Tags.ClusterConfig.Secondary: isSecondary = reader.ReadBool(); break;
                default: reader.Skip(tag); break;
            }
        }
        return new BepMessage.ClusterConfig(folders, isSecondary) { Refused = refused };
    }

    private static void Refuse(List<RefusedFolder> refused, RefusedFolder folder)
    {
        if (refused.Count < MaxRefused)
            refused.Add(folder);
    }

    private static SharedFolder? FolderOf(ReadOnlySpan<byte> wire, ref int devices, out RefusedFolder? refused)
    {
        ReadOnlySpan<byte> id = default;
        var (label, type, isStopped) = ("", FolderType.SendReceive, false);
        List<SharingDevice> shared = [];
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Folder.Id: id = reader.ReadBytes(); break;
                case Tags.Folder.Label: label = TextLimits.CutToBytes(reader.ReadBytes(), TextLimits.MaxLabel); break;
                case Tags.Folder.Type: type = reader.ReadVarint() is var number and <= (ulong)FolderType.ReceiveEncrypted ? (FolderType)number : FolderType.SendReceive; break;
                case Tags.Folder.StopReason: isStopped = reader.ReadVarint() != 0; break;
                case Tags.Folder.Device:
                    if (++devices > MaxDevices)
                        throw BepException.Violation($"The other device sent a ClusterConfig of more than {MaxDevices} devices.");
                    shared.Add(DeviceOf(reader.ReadBytes()));
                    break;
                default: reader.Skip(tag); break;
            }
        }
        var isGood = FolderIdDecoder.TryRead(id, out var folder, out var shown, out var why);
        refused = isGood ? null : new RefusedFolder(shown, why!);
        return isGood ? new SharedFolder(folder, label, type, isStopped, shared) : null;
    }

    private static SharingDevice DeviceOf(ReadOnlySpan<byte> wire)
    {
        ReadOnlySpan<byte> id = default, token = default;
        var (name, certName, compression, sequence, isIntroducer, indexId, skips) = ("", "", Compression.Metadata, 0L, false, 0UL, false);
        List<string> addresses = [];
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Device.Id: id = reader.ReadBytes(); break;
                case Tags.Device.Name: name = TextLimits.CutToBytes(reader.ReadBytes(), TextLimits.MaxName); break;
                case Tags.Device.Address:
                    if (reader.ReadBytes() is { Length: <= MaxAddressLength } address && addresses.Count < MaxAddresses)
                        addresses.Add(TextLimits.CutToBytes(address, MaxAddressLength));
                    break;
                case Tags.Device.Compression: compression = reader.ReadVarint() is var number and <= (ulong)Compression.Always ? (Compression)number : Compression.Metadata; break;
                case Tags.Device.CertName: certName = TextLimits.CutToBytes(reader.ReadBytes(), TextLimits.MaxName); break;
                case Tags.Device.MaxSequence: sequence = reader.ReadInt64(); break;
                case Tags.Device.Introducer: isIntroducer = reader.ReadBool(); break;
                case Tags.Device.IndexId: indexId = reader.ReadVarint(); break;
                case Tags.Device.SkipIntroductionRemovals: skips = reader.ReadBool(); break;
                case Tags.Device.EncryptionPasswordToken: token = reader.ReadBytes(); break;
                default: reader.Skip(tag); break;
            }
        }
        if (id.Length != DeviceId.Length)
            throw BepException.Violation($"The other device names a device by {id.Length} bytes; an ID has {DeviceId.Length}.");
        return new SharingDevice(
            new DeviceId(id), name, addresses, compression, certName, sequence, isIntroducer, indexId, skips, token[..Math.Min(token.Length, MaxToken)].ToArray());
    }
}
