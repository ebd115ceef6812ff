using FolderSync.Core.Model;
using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>The origin of a version, FolderSync's own part of a FileInfo: <c>{ Vector version = 1; int64 modified_s = 2; int32 modified_ns = 3; }</c>.</summary>
internal static class OriginCodec
{
    /// <summary>Null for one that says nothing.</summary>
    /// <param name="fault">What is wrong with its vector, to follow "has ...".</param>
    public static VersionOrigin? Read(ReadOnlySpan<byte> wire, ref string? fault)
    {
        var version = VersionVector.Empty;
        long seconds = 0;
        var nanoseconds = 0;
        var reader = new ProtoReader(wire);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Origin.Version:
                    version = VectorDecoder.Read(reader.ReadBytes(), out var why);
                    fault ??= why;
                    break;
                case Tags.Origin.ModifiedSeconds: seconds = reader.ReadInt64(); break;
                case Tags.Origin.ModifiedNanoseconds: nanoseconds = reader.ReadInt32(); break;
                default: reader.Skip(tag); break;
            }
        }
        return version.IsEmpty ? null : new VersionOrigin(version, new FileTime(seconds, Math.Clamp(nanoseconds, 0, 999_999_999)));
    }

    /// <summary>Bytes, without a tag and length around it.</summary>
    public static int Size(VersionOrigin origin) =>
        ProtoSize.Message(Tags.Origin.Version, FileInfoEncoder.VectorSize(origin.Version)) +
        ProtoSize.Number(Tags.Origin.ModifiedSeconds, origin.Modified.Seconds) +
        ProtoSize.Number(Tags.Origin.ModifiedNanoseconds, origin.Modified.Nanoseconds);

    public static void Write(ref ProtoWriter writer, VersionOrigin origin)
    {
        writer.Length(Tags.Origin.Version, FileInfoEncoder.VectorSize(origin.Version));
        FileInfoEncoder.WriteVector(ref writer, origin.Version);
        writer.Number(Tags.Origin.ModifiedSeconds, origin.Modified.Seconds);
        writer.Number(Tags.Origin.ModifiedNanoseconds, origin.Modified.Nanoseconds);
    }
}
