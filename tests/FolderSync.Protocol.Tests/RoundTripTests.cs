using System.IO.Pipelines;
using CsCheck;
using FolderSync.Core.Model;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Xunit;

namespace FolderSync.Protocol.Tests;

public class RoundTripTests
{
    private static readonly FolderId Folder = new("abcde-12345");

    [Fact]
    public void Entries_come_back_as_they_were_sent() =>
        Gen.Select(Entries.Entry.Array[0, 8], Gen.OneOf(Compression.Never, Compression.Metadata, Compression.Always), Gen.Int[1, 40000]).Sample(
            (entries, compression, chunk) =>
            {
                var got = (BepMessage.IndexUpdate)Pass(new BepMessage.IndexUpdate(Folder, entries, 77, 76), compression, chunk);
                Assert.Equal(Folder, got.Folder);
                Assert.Equal((77, 76), (got.LastSequence, got.PreviousSequence));
                Assert.Empty(got.Refused);
                Assert.Equal(entries.Length, got.Files.Count);
                for (var i = 0; i < entries.Length; i++)
                    Entries.AssertSame(entries[i], got.Files[i]);
            }, iter: 500, threads: 1);

    [Fact]
    public void A_full_index_is_told_from_an_update()
    {
        var got = Assert.IsType<BepMessage.Index>(Pass(new BepMessage.Index(Folder, [], 3)));
        Assert.Equal((Folder, 3L, 0), (got.Folder, got.LastSequence, got.Files.Count));
    }

    [Fact]
    public void Requests_come_back_as_they_were_sent() =>
        Gen.Select(Gen.Int, Entries.Name, Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue], Gen.Byte.Array[32], Gen.Bool, Gen.Int).Sample(
            (id, name, offset, size, hash, temporary, number) =>
            {
                var request = new BepMessage.Request(id, Folder, name, offset, size, new BlockHash(hash), temporary, number);
                Assert.Equal(request, Pass(request));
            }, iter: 500, threads: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(16 << 10)]
    [InlineData((16 << 10) + 1)]
    [InlineData(64 << 10)]
    [InlineData(128 << 10)]
    [InlineData((1 << 20) + 1)]
    [InlineData(16 << 20)]
    public void Responses_of_every_size_come_back(int length)
    {
        foreach (var compression in Enum.GetValues<Compression>())
        {
            foreach (var chunk in new[] { 16384, int.MaxValue })
            {
                using var data = PooledBytes.Rent(length);
                FillUp(data.Span);
                var got = (BepMessage.Response)Pass(new BepMessage.Response(int.MaxValue, data, ErrorCode.NoError), compression, chunk);
                Assert.Equal((int.MaxValue, ErrorCode.NoError), (got.Id, got.Code));
                Assert.True(data.Span.SequenceEqual(got.Data.Span));
                got.Data.Dispose();
            }
        }
    }

    private static void FillUp(Span<byte> data)
    {
        for (var i = 0; i < data.Length; i++)
            data[i] = (byte)(i % 251);
    }

    [Fact]
    public void An_error_comes_without_data()
    {
        var got = (BepMessage.Response)Pass(new BepMessage.Response(5, PooledBytes.Empty, ErrorCode.NoSuchFile));
        Assert.Equal((5, ErrorCode.NoSuchFile, 0), (got.Id, got.Code, got.Data.Length));
    }

    [Fact]
    public void A_cluster_config_comes_back_as_it_was_sent()
    {
        var device = new SharingDevice(
            new DeviceId(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray()), "näs", ["dynamic", "tcp://10.0.0.1:22000"], Compression.Always,
            "syncthing", 1L << 40, true, ulong.MaxValue, true, new byte[] { 1, 2 });
        var folder = new SharedFolder(Folder, "Föto", FolderType.ReceiveOnly, true, [device, device with { EncryptionPasswordToken = default }]);
        var got = (BepMessage.ClusterConfig)Pass(new BepMessage.ClusterConfig([folder, folder with { Id = new FolderId("second"), Paused = false, Devices = [] }], true));
        Assert.True(got.Secondary);
        Assert.Equal((folder.Id, folder.Label, folder.Type, true, 2), Of(got.Folders[0]));
        Assert.Equal((new FolderId("second"), folder.Label, folder.Type, false, 0), Of(got.Folders[1]));
        var back = got.Folders[0].Devices[0];
        Assert.Equal(device.Addresses, back.Addresses);
        Assert.Equal([1, 2], back.EncryptionPasswordToken.ToArray());
        Assert.Equal(device with { Addresses = [], EncryptionPasswordToken = default }, back with { Addresses = [], EncryptionPasswordToken = default });

        static (FolderId, string, FolderType, bool, int) Of(SharedFolder f) => (f.Id, f.Label, f.Type, f.Paused, f.Devices.Count);
    }

    [Fact]
    public void Progress_ping_and_close_come_back_as_they_were_sent()
    {
        var update = new ProgressUpdate(FileName.Parse("d/x"), VersionVector.Empty.Raise(new ShortId(3), 9), [0, 5, 300], 1 << 17, false);
        var got = (BepMessage.DownloadProgress)Pass(new BepMessage.DownloadProgress(Folder, [update, update with { Forget = true, BlockIndexes = [] }]));
        Assert.Equal(Folder, got.Folder);
        Assert.Equal([0, 5, 300], got.Updates[0].BlockIndexes);
        Assert.Equal(update with { BlockIndexes = [] }, got.Updates[0] with { BlockIndexes = [] });
        Assert.True(got.Updates[1].Forget);
        Assert.Equal(new BepMessage.Ping(), Pass(new BepMessage.Ping()));
        Assert.Equal(new BepMessage.Close("bye"), Pass(new BepMessage.Close("bye")));
    }

    [Fact]
    public void What_is_only_local_is_never_sent()
    {
        var blocks = new BlockList(1 << 17, 5, new byte[32]);
        var local = new FileEntry
        {
            Name = FileName.Parse("x"),
            Size = 5,
            Blocks = blocks,
            Version = VersionVector.Empty.Raise(new ShortId(1), 1),
            Sequence = 4,
            Disk = new DiskStamp(new FileTime(1, 1), 2, 3),
            PreHashes = new byte[8],
        };
        foreach (var flag in Enum.GetValues<LocalFlags>())
        {
            var got = ((BepMessage.Index)Pass(new BepMessage.Index(Folder, [local with { LocalFlags = flag }], 4))).Files[0];
            Assert.Equal(flag != LocalFlags.None, got.Invalid);
            Assert.Equal(flag == LocalFlags.None ? blocks : null, got.Blocks);
            Assert.Equal(flag == LocalFlags.None ? 5 : 0, got.Size);
            Assert.Equal(flag == LocalFlags.ReceiveOnlyChanged, got.Version.IsEmpty);
            Assert.Equal((LocalFlags.None, default(DiskStamp), 0), (got.LocalFlags, got.Disk, got.PreHashes.Length));
        }
    }

    [Fact]
    public async Task Two_connections_talk_both_ways_at_once()
    {
        Pipe there = new(), back = new();
        var opening = Bep.OpenAsync(new DuplexPipeStream(back.Reader.AsStream(), there.Writer.AsStream()), Frames.Us with { DeviceName = "a" }, default);
        await using var b = await Bep.OpenAsync(new DuplexPipeStream(there.Reader.AsStream(), back.Writer.AsStream()), Frames.Us with { DeviceName = "b" }, default);
        await using var a = await opening;
        Assert.Equal(("b", "a"), (a.PeerHello.DeviceName, b.PeerHello.DeviceName));
        await Task.WhenAll(SayAsync(a), HearAsync(a), SayAsync(b), HearAsync(b));
        Assert.Equal(a.BytesSent, b.BytesReceived);
        Assert.Equal(b.BytesSent, a.BytesReceived);

        static async Task SayAsync(IBepConnection connection)
        {
            using var data = PooledBytes.Rent(100_000);
            for (var i = 0; i < 200; i++)
                await connection.SendAsync(new BepMessage.Response(i, data, ErrorCode.NoError), default);
            await connection.FlushAsync(default);
        }

        static async Task HearAsync(IBepConnection connection)
        {
            for (var i = 0; i < 200; i++)
            {
                var got = (BepMessage.Response)await connection.ReceiveAsync(default);
                Assert.Equal((i, 100_000), (got.Id, got.Data.Length));
                got.Data.Dispose();
            }
        }
    }

    /// <summary>Sends on one connection and receives the written bytes on another.</summary>
    private static BepMessage Pass(BepMessage message, Compression compression = Compression.Never, int chunk = int.MaxValue)
    {
        var sent = new ScriptedStream([Frames.Hello()]);
        var sender = Frames.OpenAsync(sent).GetAwaiter().GetResult();
        sender.Compression = compression;
        sender.SendAsync(message, default).AsTask().GetAwaiter().GetResult();
        sender.FlushAsync(default).AsTask().GetAwaiter().GetResult();
        var receiver = Frames.OpenAsync(new ScriptedStream([sent.Written.ToArray()], chunk)).GetAwaiter().GetResult();
        return receiver.ReceiveAsync(default).AsTask().GetAwaiter().GetResult();
    }
}
