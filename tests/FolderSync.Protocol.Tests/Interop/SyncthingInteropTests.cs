using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FolderSync.Core.Model;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Protocol.Tests.Interop;

/// <summary>Tests our protocol with real Syncthings, in both directions.</summary>
public class SyncthingInteropTests
{
    private static readonly FolderId Folder = new("interop");

    [SkippableTheory]
    [InlineData("1.19", Compression.Metadata)]
    [InlineData("1.29", Compression.Metadata)]
    [InlineData("1.29", Compression.Always)]
    public async Task Exchanges_indexes_and_blocks(string version, Compression compression)
    {
        var binary = RealSyncthing.Find(version);
        Skip.If(binary is null, $"There is no Syncthing {version} in $FOLDERSYNC_TEST_PEERS or /tmp/peers.");
        using var deadline = new CancellationTokenSource(TestLimits.Timeout);
        var cancellation = deadline.Token;
        await using var syncthing = await RealSyncthing.StartAsync(binary!, cancellation);
        using var us = new TestIdentity();
        var them = DeviceIdText.Parse(await syncthing.DeviceIdAsync(cancellation));
        var theirs = RandomNumberGenerator.GetBytes(300_000);
        await ShareAsync(syncthing, us.Id, them, theirs, cancellation);

        await using var connection = await Bep.OpenAsync(await us.DialAsync(syncthing.BepPort, cancellation), Frames.Us, cancellation);
        Assert.Equal("syncthing", connection.PeerHello.ClientName);
        Assert.StartsWith("v" + version, connection.PeerHello.ClientVersion);
        connection.Compression = compression;
        await SendConfigAsync(connection, us.Id, them, cancellation);
        Assert.Contains(((BepMessage.ClusterConfig)await connection.ReceiveAsync(cancellation)).Folders, f => f.Id == Folder && f.Devices.Count == 2);

        var index = await NextAsync<BepMessage.Index>(connection, cancellation);
        await CheckTheirIndexAsync(connection, index, theirs, cancellation);
        await GiveThemFilesAsync(connection, syncthing, us.Id, cancellation);
    }

    private static async Task ShareAsync(RealSyncthing syncthing, DeviceId us, DeviceId them, byte[] content, CancellationToken cancellation)
    {
        await File.WriteAllBytesAsync(Path.Combine(syncthing.FolderPath, "theirs.bin"), content, cancellation);
        await File.WriteAllBytesAsync(Path.Combine(syncthing.FolderPath, "empty"), [], cancellation);
        Directory.CreateDirectory(Path.Combine(syncthing.FolderPath, "dir"));
        File.CreateSymbolicLink(Path.Combine(syncthing.FolderPath, "dir", "link"), "../theirs.bin");
        // An address without a listener: only the test dials.
        await syncthing.PutAsync($"config/devices/{us}", new JsonObject { ["deviceID"] = us.ToString(), ["addresses"] = new JsonArray("tcp://127.0.0.1:1") }, cancellation);
        var folder = new JsonObject
        {
            ["id"] = Folder.Value,
            ["path"] = syncthing.FolderPath,
            ["fsWatcherEnabled"] = false,
            ["minDiskFree"] = new JsonObject { ["value"] = 0, ["unit"] = "%" },
            ["devices"] = new JsonArray(new JsonObject { ["deviceID"] = them.ToString() }, new JsonObject { ["deviceID"] = us.ToString() }),
        };
        await syncthing.PutAsync($"config/folders/{Folder}", folder, cancellation);
        await syncthing.ScanAsync(Folder.Value, cancellation);
    }

    private static async Task SendConfigAsync(IBepConnection connection, DeviceId us, DeviceId them, CancellationToken cancellation)
    {
        var self = new SharingDevice(us, "us", ["dynamic"], Compression.Metadata, "syncthing", 4, false, 4711, false, default);
        var folder = new SharedFolder(Folder, "Interop", FolderType.SendReceive, false, [self, self with { Id = them, Name = "them", MaxSequence = 0, IndexId = 0 }]);
        await connection.SendAsync(new BepMessage.ClusterConfig([folder], false), cancellation);
        await connection.FlushAsync(cancellation);
    }

    private static async Task CheckTheirIndexAsync(IBepConnection connection, BepMessage.Index index, byte[] content, CancellationToken cancellation)
    {
        Assert.Empty(index.Refused);
        Assert.Equal(["dir", "dir/link", "empty", "theirs.bin"], index.Files.Select(f => f.Name.Value).Order(StringComparer.Ordinal));
        var byName = index.Files.ToDictionary(f => f.Name.Value);
        Assert.True(byName["dir"].IsDirectory);
        Assert.Equal("../theirs.bin", byName["dir/link"].SymlinkTarget);
        Assert.Equal(BlockList.EmptyHash, byName["empty"].Blocks!.HashOf(0));
        var file = byName["theirs.bin"];
        Assert.Equal((300_000, 3), (file.Size, file.Blocks!.Count));
        for (var i = 0; i < file.Blocks.Count; i++)
        {
            var block = file.Blocks[i];
            await connection.SendAsync(new BepMessage.Request(i, Folder, file.Name, block.Offset, block.Size, block.Hash, false, i), cancellation);
        }
        await connection.FlushAsync(cancellation);
        for (var n = 0; n < file.Blocks.Count; n++)
        {
            var response = await NextAsync<BepMessage.Response>(connection, cancellation);
            using var data = response.Data;
            Assert.Equal(ErrorCode.NoError, response.Code);
            Assert.Equal(file.Blocks.HashOf(response.Id), new BlockHash(SHA256.HashData(data.Span)));
            Assert.True(content.AsSpan((int)file.Blocks[response.Id].Offset, data.Length).SequenceEqual(data.Span));
        }
        await connection.SendAsync(new BepMessage.Request(9, Folder, FileName.Parse("nothing"), 0, 5, default, false, 0), cancellation);
        await connection.FlushAsync(cancellation);
        Assert.Equal((9, ErrorCode.NoSuchFile), await NextAsync<BepMessage.Response>(connection, cancellation) is var r ? (r.Id, r.Code) : default);
    }

    private static async Task GiveThemFilesAsync(IBepConnection connection, RealSyncthing syncthing, DeviceId us, CancellationToken cancellation)
    {
        var content = RandomNumberGenerator.GetBytes(200_000);
        var hashes = content.Chunk(128 << 10).SelectMany(SHA256.HashData).ToArray();
        var template = new FileEntry
        {
            Name = FileName.Parse("from us"),
            Permissions = 0x1ED,
            Modified = new FileTime(1_600_000_000, 123_456_789),
            ModifiedBy = us.Short,
            Version = VersionVector.Empty.Raise(us.Short, 1_600_000_000),
        };
        FileEntry[] ours =
        [
            template with { Type = FileType.Directory, Sequence = 1 },
            template with { Name = FileName.Parse("from us/ä.bin"), Size = content.Length, Blocks = new BlockList(128 << 10, content.Length, hashes), Sequence = 2 },
            template with { Name = FileName.Parse("from us/link"), Type = FileType.Symlink, SymlinkTarget = "ä.bin", Sequence = 3 },
            template with { Name = FileName.Parse("ignored"), Size = 5, LocalFlags = LocalFlags.Ignored, Sequence = 4 },
        ];
        foreach (var message in IndexBatcher.ToMessages(Folder, ours, isFull: true, 0))
            await connection.SendAsync(message, cancellation);
        await connection.FlushAsync(cancellation);
        await ServeUntilAsync(connection, content, ours.Take(3), cancellation);
        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(syncthing.FolderPath, "from us", "ä.bin"), cancellation));
        var status = await syncthing.GetAsync($"db/file?folder={Folder}&file=from%20us/%C3%A4.bin", cancellation);
        Assert.Equal(us.Short.ToString(), status["global"]!["modifiedBy"]!.GetValue<string>());

        var gone = ours[1] with { Deleted = true, Size = 0, Blocks = null, Version = ours[1].Version.Raise(us.Short, 1_700_000_000), Sequence = 5 };
        foreach (var message in IndexBatcher.ToMessages(Folder, [gone], isFull: false, 4))
            await connection.SendAsync(message, cancellation);
        await connection.FlushAsync(cancellation);
        await ServeUntilAsync(connection, content, [gone], cancellation);
        Assert.False(File.Exists(Path.Combine(syncthing.FolderPath, "from us", "ä.bin")));
    }

    /// <summary>Serves their requests until they announce each of the entries in the version we sent.</summary>
    private static async Task ServeUntilAsync(IBepConnection connection, byte[] content, IEnumerable<FileEntry> entries, CancellationToken cancellation)
    {
        var due = entries.ToDictionary(e => e.Name);
        while (due.Count > 0)
        {
            switch (await connection.ReceiveAsync(cancellation))
            {
                case BepMessage.Request request:
                    using (var data = PooledBytes.Rent(request.Size))
                    {
                        content.AsSpan((int)request.Offset, request.Size).CopyTo(data.Span);
                        await connection.SendAsync(new BepMessage.Response(request.Id, data, ErrorCode.NoError), cancellation);
                        await connection.FlushAsync(cancellation);
                    }
                    break;
                case BepMessage.IndexUpdate update:
                    Assert.Empty(update.Refused);
                    foreach (var file in update.Files)
                    {
                        if (due.TryGetValue(file.Name, out var ours) && ours.Version == file.Version && ours.SameContent(file))
                            due.Remove(file.Name);
                    }
                    break;
                case BepMessage.Close close:
                    Assert.Fail(close.Reason);
                    break;
            }
        }
    }

    private static async Task<T> NextAsync<T>(IBepConnection connection, CancellationToken cancellation) where T : BepMessage
    {
        while (true)
        {
            var message = await connection.ReceiveAsync(cancellation);
            if (message is T wanted)
                return wanted;
            Assert.IsNotType<BepMessage.Close>(message);
        }
    }
}
