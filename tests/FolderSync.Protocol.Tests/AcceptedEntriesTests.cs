using CsCheck;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

/// <summary>Every FolderSync accepts what another one accepts and what it derives from that.</summary>
public sealed class AcceptedEntriesTests
{
    private static readonly Gen<ulong> Values = Gen.Frequency(
        (1, Gen.Const(0UL)), (3, Gen.ULong[1, 3]), (6, Gen.ULong[1_800_000_000, 1_900_000_000]), (6, Gen.ULong[VersionVector.MaxCounter - 2, VersionVector.MaxCounter + 1]));

    private static readonly Gen<ProtobufBuilder> Vectors = Gen.Select(
        Gen.Frequency((2, Gen.Int[0, 4]), (3, Gen.Int[VersionVector.MaxCounters - 2, VersionVector.MaxCounters + 1])), Gen.ULong[0, 900], Values, Gen.Int[0, 20]).Select((count, first, value, at) =>
            ProtobufBuilder.Vector([.. Enumerable.Range(0, count).Select(i => (first + (ulong)i, i == at ? value : 3UL))]));

    private static readonly Gen<string> Names = Gen.Select(
        Gen.Frequency((6, Gen.Int[1, 20]), (2, Gen.Int[254, 257]), (2, Gen.Int[4094, 4097])), Gen.Bool).Select((n, deep) =>
            deep && n < 1000 ? string.Join('/', Enumerable.Repeat("d", n)) : string.Join('/', new string('n', n).Chunk(200).Select(c => new string(c))));

    private static readonly Gen<ProtobufBuilder> Infos = Gen.Select(
        Names, Vectors, Gen.Int[0, 9], Gen.Int[4090, 4097], Gen.Frequency((4, Gen.Const(0)), (1, Gen.Int[65535, 65537])), Gen.Select(Gen.Long[-1, 30], Gen.Bool, Gen.Bool)).Select(
            (name, vector, kind, target, platform, rest) => Info(name, vector, kind, target, platform, rest));

    [Fact]
    public void What_is_accepted_is_accepted_from_this_device() => Infos.Sample(info =>
    {
        if (Read(info.Bytes) is not { } entry)
            return;
        // Invalid entries are sent without content.
        Entries.AssertSame(entry.Invalid ? entry with { Blocks = null, Size = 0 } : entry, Passed(entry));
        Assert.True(Passed(entry with { LocalFlags = LocalFlags.ReceiveOnlyChanged }) is { IsInvalid: true, Version.IsEmpty: true });
    }, iter: 5000);

    [Fact]
    public void What_this_device_makes_of_it_is_accepted() => Gen.Select(Infos, Infos, Gen.Long[0, 2_000_000_000], Gen.ULong[0, 1000], Gen.Int[0, 3]).Sample((one, another, now, id, folder) =>
    {
        if (Read(one.Bytes) is not { } mine || Read(another.Bytes) is not { } read)
            return;
        var theirs = read with { Name = mine.Name };
        var self = new ShortId(id);
        var type = (FolderType)folder;
        List<FileEntry?> made =
        [
            LocalChange.Seen(mine with { Version = default, Deleted = false }, mine, theirs, self, now, type),
            LocalChange.Seen(mine with { Version = default, Deleted = false }, null, theirs, self, now, type),
            LocalChange.Deleted(mine, null, self, now, type),
            LocalChange.Resurrect(mine, theirs, self, now),
            LocalChange.NowIgnored(mine),
            LocalChange.Kept(mine, theirs.Version, self, now),
        ];
        foreach (var local in new[] { null, mine })
        {
            var decision = PullDecision.For(local, theirs, FolderType.SendReceive);
            made.Add(theirs with { Version = decision.Version });
            made.Add(theirs with { Version = EditVersion.ForKept(decision.Version, self, now) });
            // Otherwise it would be pulled for ever.
            Assert.True(EditVersion.ForKept(decision.Version, self, now).Covers(theirs.Version) || decision.Kind == PullKind.None);
        }
        foreach (var entry in made.OfType<FileEntry>().Where(e => !e.Version.IsEmpty && (!e.IsFile || e.Blocks is not null)))
            Assert.Equal(entry.IsInvalid && entry.LocalFlags.HasFlag(LocalFlags.ReceiveOnlyChanged) ? default : entry.Version, Passed(entry).Version);
    }, iter: 5000);

    private static FileEntry? Read(byte[] info)
    {
        var room = IndexCodec.MaxRetainedBytes;
        return FileInfoDecoder.Read(info, ref room, out _);
    }

    private static FileEntry Passed(FileEntry entry)
    {
        var body = new byte[IndexCodec.Size(new FolderId("f"), [entry], 0, 0)];
        IndexCodec.Write(body, new FolderId("f"), [entry], 0, 0);
        var got = (BepMessage.Index)IndexCodec.Read(body, isUpdate: false);
        Assert.True(got.Refused.Count == 0, string.Join(' ', got.Refused.Select(r => r.Reason)));
        return got.Files[0];
    }

    private static ProtobufBuilder Info(string name, ProtobufBuilder vector, int kind, int target, int platform, (long Sequence, bool Invalid, bool Other) rest)
    {
        var info = new ProtobufBuilder().B(1, name).B(9, vector).V(10, rest.Sequence).V(5, 1_800_000_000 + kind);
        if (rest.Invalid)
            info.V(7, 1);
        if (platform > 0)
            info.B(14, new byte[platform]);
        return kind switch
        {
            0 => info.V(2, 1),
            1 => info.V(2, 4).B(17, new string('t', target)),
            2 => info.V(6, 1),
            3 => info.V(2, 1).V(6, 1),
            _ => info.V(3, 5).B(16, ProtobufBuilder.Block(0, 5, (byte)(rest.Other ? 1 : 2))),
        };
    }
}
