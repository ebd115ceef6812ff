using CsCheck;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>Generates entries as they may come over the wire, without local fields.</summary>
internal static class Entries
{
    private static readonly Gen<string> Leaf = Gen.OneOf("a", "b c", "readme.md", "ä.txt", "日本", "😀.png", "a:b", "new\nline", "...", ".stignore", "CON");

    public static readonly Gen<FileName> Name = Leaf.Array[1, 5].Select(parts => FileName.Parse(string.Join('/', parts)));

    public static readonly Gen<VersionVector> Vector =
        Gen.Select(Gen.ULong, Gen.ULong[1, VersionVector.MaxCounter - 1]).Array[1, 12]
            .Select(cs => VersionVector.Of(cs.Select(c => new Counter(new ShortId(c.Item1), c.Item2))));

    private static readonly Gen<BlockHash> Hash = Gen.Byte.Array[32].Select(b => new BlockHash(b));

    private static readonly Gen<BlockList> Blocks =
        Gen.Select(Gen.Int[17, 24], Gen.Int[0, 40], Gen.Int[0, int.MaxValue]).Select((bits, whole, rest) =>
        {
            var blockSize = 1 << bits;
            var size = ((long)whole * blockSize) + (rest % blockSize);
            var hashes = new byte[BlockList.CountFor(size, blockSize) * 32];
            for (var i = 0; i < hashes.Length; i++)
                hashes[i] = (byte)((i * 31) + rest);
            return new BlockList(blockSize, size, hashes);
        });

    public static readonly Gen<FileEntry> Entry =
        Gen.Select(Name, Vector, Gen.Int[0, 6], Blocks, Gen.Select(Gen.Long[-9_000_000_000, 9_000_000_000], Gen.Int[0, 999_999_999]), Hash,
            Gen.Select(Gen.ULong, Gen.UInt[0, 0x1FF], Gen.Bool, Gen.Long[0, long.MaxValue], Gen.Byte.Array[0, 40])).Select(
            (name, version, kind, blocks, modified, hash, rest) => Make(name, version, kind, blocks, new FileTime(modified.Item1, modified.Item2), hash, rest));

    private static FileEntry Make(
        FileName name, VersionVector version, int kind, BlockList blocks, FileTime modified, BlockHash hash, (ulong, uint, bool, long, byte[]) rest)
    {
        var entry = new FileEntry
        {
            Name = name,
            Version = version,
            Modified = modified,
            ModifiedBy = new ShortId(rest.Item1),
            Permissions = rest.Item2,
            NoPermissions = rest.Item3,
            Sequence = rest.Item4,
            Platform = rest.Item5,
        };
        return kind switch
        {
            0 => entry with { Type = FileType.Directory },
            1 => entry with { Type = FileType.Symlink, SymlinkTarget = "../" + name },
            2 => entry with { Deleted = true, PreviousBlocksHash = hash, Origin = new VersionOrigin(version, modified) },
            3 => entry with { Type = FileType.Directory, Deleted = true },
            4 => entry with { Invalid = true },
            _ => entry with { Size = blocks.FileSize, Blocks = blocks, PreviousBlocksHash = kind == 5 ? hash : default },
        };
    }

    /// <summary>Compares Platform by content; a record would compare its memory by reference.</summary>
    public static void AssertSame(FileEntry expected, FileEntry actual)
    {
        Assert.Equal(expected.Platform.ToArray(), actual.Platform.ToArray());
        Assert.Equal(expected with { Platform = default }, actual with { Platform = default });
    }
}
