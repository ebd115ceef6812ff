using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>A peer that says what a test wants it to say, on a line of the simulated network.</summary>
internal sealed class RawPeer(SimulatedWorld world, string name)
{
    private readonly List<BepMessage> _received = [];
    private IBepConnection? _connection;
    private Task _receiving = Task.CompletedTask;

    public DeviceId Id { get; } = new(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public string Name => name;

    /// <summary>All that came on the present connection.</summary>
    public IReadOnlyList<BepMessage> Received => _received;

    /// <summary>Why the connection ended; null while it lives.</summary>
    public string? Ended { get; private set; }

    /// <summary>What the other side said of itself; null where it said nothing.</summary>
    public Hello? Greeting => _connection?.PeerHello;

    public void Connect(SimulatedDevice to)
    {
        if (_connection is not null)
        {
            world.Network.Drop(Id);
            world.RunUntil("the old connection has ended", () => _receiving.IsCompleted && to.Engine!.Devices.All(d => d.Config.Id != Id || !d.Connected));
        }
        (Ended, _connection) = (null, null);
        _received.Clear();
        _receiving = world.Start(async () =>
        {
            try
            {
                var stream = await world.Network.TransportOf(Id).DialAsync(to.Address, to.Id, CancellationToken.None);
                _connection = await Bep.OpenAsync(stream.Stream, new Hello(name, "raw", "v1", 0, 0), CancellationToken.None);
                while (Ended is null)
                {
                    var message = await _connection.ReceiveAsync(CancellationToken.None);
                    _received.Add(message);
                    if (message is BepMessage.Close close)
                        Ended = close.Reason;
                }
            }
            catch (Exception e) when (e is BepException or IOException)
            {
                Ended ??= e.Message;
            }
            catch (TransportException e)
            {
                Ended ??= e.Message;
            }
        });
        world.RunUntil("the raw peer is connected", () => _connection is not null || Ended is not null);
    }

    public void Send(params BepMessage[] messages)
    {
        var sending = world.Start(async () =>
        {
            try
            {
                foreach (var message in messages)
                    await _connection!.SendAsync(message, CancellationToken.None);
                await _connection!.FlushAsync(CancellationToken.None);
            }
            catch (Exception e) when (e is BepException or IOException or ObjectDisposedException)
            {
                Ended ??= e.Message;
            }
        });
        world.RunUntil("it is sent", () => sending.IsCompleted);
        world.RunFor(TimeSpan.FromMilliseconds(100));
    }

    /// <summary>What it says of the folder.</summary>
    /// <param name="indexId">Of its own index.</param>
    /// <param name="knownId">What it says to know of the other's index.</param>
    public BepMessage.ClusterConfig Shares(SimulatedDevice with, ulong indexId = 7, ulong knownId = 0, long knownSequence = 0) => new(
        [
            new SharedFolder(SimulatedDevice.Folder, "", FolderType.SendReceive, false,
            [
                new SharingDevice(Id, name, ["dynamic"], Compression.Metadata, "", 0, false, indexId, false, default),
                new SharingDevice(with.Id, with.Name, ["dynamic"], Compression.Metadata, "", knownSequence, false, knownId, false, default),
            ]),
        ],
        false);

    public BepMessage.Index Index(params FileEntry[] files) => new(SimulatedDevice.Folder, files, files.Length == 0 ? 0 : files.Max(f => f.Sequence));

    public BepMessage.IndexUpdate Update(long previous, params FileEntry[] files) => new(SimulatedDevice.Folder, files, files.Max(f => f.Sequence), previous);

    /// <summary>An entry of its own making; content null: deleted.</summary>
    public FileEntry Entry(string path, string? content, ulong counter, long sequence)
    {
        var bytes = Encoding.UTF8.GetBytes(content ?? "");
        return new FileEntry
        {
            Name = FileName.Of(path),
            Deleted = content is null,
            Size = bytes.Length,
            Permissions = 0x1A4,
            Modified = new FileTime(1_900_000_000, 0),
            ModifiedBy = Id.Short,
            Version = VersionVector.Of([new Counter(Id.Short, counter)]),
            Sequence = sequence,
            Blocks = content is null ? null : new BlockList(128 << 10, bytes.Length, SHA256.HashData(bytes)),
        };
    }

    public BepMessage.Request Ask(int id, string path, int size, long offset = 0, string folder = "sim") =>
        new(id, new FolderId(folder), FileName.Of(path), offset, size, default, false, 0);

    /// <summary>The answer to that request, once it is there.</summary>
    public BepMessage.Response Answer(int id)
    {
        world.RunUntil($"request {id} is answered", () => _received.OfType<BepMessage.Response>().Any(r => r.Id == id));
        return _received.OfType<BepMessage.Response>().First(r => r.Id == id);
    }

    /// <summary>Indexes announced to it since it connected.</summary>
    public IEnumerable<BepMessage> Indexes() => _received.Where(m => m is BepMessage.Index or BepMessage.IndexUpdate);

    /// <summary>The last that was said of what is known of its own index.</summary>
    public SharingDevice KnownOfMe() =>
        _received.OfType<BepMessage.ClusterConfig>().Last().Folders.Single().Devices.Single(d => d.Id == Id);
}
