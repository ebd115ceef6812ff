using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Testing;

/// <summary>Short ways to write entries, devices and contents.</summary>
internal static class Entries
{
    public static DeviceId Self { get; } = Device(5);

    /// <summary>The device ID with this number; IDs sort like their numbers.</summary>
    public static DeviceId Device(int n) => new([(byte)n, .. SHA256.HashData(BitConverter.GetBytes(n)).AsSpan(1)]);

    public static VersionVector Vector(params (int Device, ulong Value)[] counters) =>
        VersionVector.Of(counters.Select(c => new Counter(Device(c.Device).Short, c.Value)));

    /// <summary>The block list of a numbered content, in blocks of 128 KiB; the last one is shorter.</summary>
    public static BlockList Blocks(int content, int count) =>
        new(131_072, ((count - 1) * 131_072L) + 1 + (content % 3), Enumerable.Range(0, count).SelectMany(i => Hash(content, i).ToBytes()).ToArray());

    public static BlockHash Hash(int content, int index) => new(SHA256.HashData(Encoding.ASCII.GetBytes($"{content}/{index}")));

    public static FileEntry File(string name, VersionVector version, int content = 1, int blocks = 1, long seconds = 1000, long sequence = 0)
    {
        var list = Blocks(content, blocks);
        return new FileEntry
        {
            Name = FileName.Parse(name),
            Size = list.FileSize,
            Blocks = list,
            Version = version,
            Modified = new FileTime(seconds, content),
            ModifiedBy = new ShortId(7),
            Permissions = 0x1A4,
            Sequence = sequence,
        };
    }

    public static FileEntry Folder(string name, VersionVector version, long sequence = 0) => new()
    {
        Name = FileName.Parse(name),
        Type = FileType.Directory,
        Version = version,
        Permissions = 0x1ED,
        Modified = new FileTime(1000, 0),
        Sequence = sequence,
    };

    public static FileEntry Tombstone(string name, VersionVector version, long sequence = 0) => new()
    {
        Name = FileName.Parse(name),
        Deleted = true,
        Version = version,
        Modified = new FileTime(1000, 0),
        Sequence = sequence,
    };

    /// <summary>All fields of an entry as text, for comparing and for readable differences.</summary>
    public static string Show(this FileEntry? e) => e is null ? "none" :
        $"{e.Name} {e.Type} {e.Deleted} {e.Size} #{e.Sequence} {string.Join(',', e.Version.Counters.Select(c => $"{c.Device.Value:x}:{c.Value}"))} {e.Modified} {e.ModifiedBy.Value:x} {e.Permissions:x} {e.NoPermissions} {e.Invalid} {e.LocalFlags} prev:{e.PreviousBlocksHash} origin:{e.Origin} " +
        $"target:{e.SymlinkTarget} {Convert.ToHexString(e.Platform.Span)} {e.Disk} pre:{Convert.ToHexString(e.PreHashes.Span)} " +
        (e.Blocks is { } b ? $"{b.BlockSize}/{b.FileSize}/{b.Count}/{b.BlocksHash}/{Convert.ToHexString(SHA256.HashData(b.Hashes.Span))}" : "no blocks");

    public static FileEntry Bare(this FileEntry e) => e with { Blocks = null, PreHashes = default };
}
