using System.Security.Cryptography;
using System.Text;
using FolderSync.Core.Model;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.World;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>A peer on the simulated network that sends exactly what a test wants.</summary>
internal sealed class RawPeer(SimulatedWorld world, string name)
{
    private readonly List<BepMessage> _received = [];
    private IBepConnection? _connection;
    private SlowStream? _line;
    private Task _receiving = Task.CompletedTask;

    public DeviceId Id { get; } = new(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public string Name => name;

    /// <summary>All messages received on the present connection.</summary>
    public IReadOnlyList<BepMessage> Received => _received;

    /// <summary>Why the connection ended; null while it is alive.</summary>
    public string? Ended { get; private set; }

    /// <summary>The other side's Hello; null if it sent none.</summary>
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
                _line = new SlowStream(stream.Stream);
                _connection = await Bep.OpenAsync(_line, new Hello(name, "raw", "v1", 0, 0), CancellationToken.None);
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

    /// <summary>Sends these so slowly that each second of the world's time so many bytes go out, until all have.</summary>
    /// <param name="whatEachSecond">Called after each second.</param>
    public void SendSlowly(int bytesPerSecond, Action whatEachSecond, params BepMessage[] messages)
    {
        _line!.IsHeld = true;
        Send(messages);
        while (_line.Held > 0)
        {
            var sending = world.Start(() => _line.LetThroughAsync(bytesPerSecond));
            world.RunUntil("a part is sent", () => sending.IsCompleted);
            world.RunFor(TimeSpan.FromSeconds(1));
            whatEachSecond();
        }
        _line.IsHeld = false;
    }

    /// <summary>Sends a ClusterConfig with the folder.</summary>
    /// <param name="indexId">The ID of its own index.</param>
    /// <param name="knownId">The ID of the other side's index that it claims to know.</param>
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

    /// <summary>Creates an entry; without content it is a deletion.</summary>
    public FileEntry Entry(string path, string? content, ulong counter, long sequence)
    {
        var bytes = Encoding.UTF8.GetBytes(content ?? "");
        return new FileEntry
        {
            Name = FileName.Parse(path),
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
        new(id, new FolderId(folder), FileName.Parse(path), offset, size, default, false, 0);

    /// <summary>Waits for the response to this request.</summary>
    public BepMessage.Response Answer(int id)
    {
        world.RunUntil($"request {id} is answered", () => _received.OfType<BepMessage.Response>().Any(r => r.Id == id));
        return _received.OfType<BepMessage.Response>().First(r => r.Id == id);
    }

    /// <summary>The indexes announced to it since it connected.</summary>
    public IEnumerable<BepMessage> Indexes() => _received.Where(m => m is BepMessage.Index or BepMessage.IndexUpdate);

    /// <summary>The latest announcement of what the other side knows of its index.</summary>
    public SharingDevice KnownOfMe() =>
        _received.OfType<BepMessage.ClusterConfig>().Last().Folders.Single().Devices.Single(d => d.Id == Id);

    /// <summary>Passes everything, or keeps what is written until it is let through.</summary>
    private sealed class SlowStream(Stream inner) : Stream
    {
        private readonly Queue<byte> _held = new();

        public bool IsHeld { get; set; }

        public int Held => _held.Count;

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public async Task LetThroughAsync(int bytes)
        {
            var part = new byte[Math.Min(bytes, _held.Count)];
            for (var i = 0; i < part.Length; i++)
                part[i] = _held.Dequeue();
            await inner.WriteAsync(part);
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!IsHeld)
                return inner.WriteAsync(buffer, cancellationToken);
            foreach (var b in buffer.Span)
                _held.Enqueue(b);
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
