using System.Net;
using FolderSync.Core.Model;
using FolderSync.Network;

namespace FolderSync.Simulator.World;

/// <summary>
/// Streams between simulated devices. Data arrives at once; a cut connection is a fault on both sides, also for the one that closes it, because TLS
/// can't send its close_notify.
/// </summary>
internal sealed class SimulatedNetwork
{
    private readonly SortedDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);
    private readonly HashSet<(DeviceId, DeviceId)> _partitioned = [];
    private readonly List<(DeviceId A, DeviceId B, Pipe Up, Pipe Down)> _lines = [];
    private readonly HashSet<DeviceId> _deaf = [];
    private readonly HashSet<DeviceId> _mute = [];

    /// <summary>Thrown by every dial; null to succeed.</summary>
    public Exception? DialFault { get; set; }

    /// <summary>The addresses of computers; 10.0.0.1 by default.</summary>
    public Dictionary<DeviceId, IPAddress> Addresses { get; } = [];

    public void Partition(DeviceId a, DeviceId b)
    {
        _partitioned.Add(Pair(a, b));
        Cut(l => Pair(l.A, l.B) == Pair(a, b));
    }

    public void Heal(DeviceId a, DeviceId b) => _partitioned.Remove(Pair(a, b));

    public bool ArePartitioned(DeviceId a, DeviceId b) => _partitioned.Contains(Pair(a, b));

    /// <summary>What the device's program does with its connections; the system goes on accepting as much as its buffers hold, as of a stopped process.</summary>
    /// <param name="reads">Otherwise it reads nothing that others send.</param>
    /// <param name="writes">Otherwise nothing that it sends arrives.</param>
    public void Freeze(DeviceId device, bool reads, bool writes)
    {
        _ = reads ? _deaf.Remove(device) : _deaf.Add(device);
        _ = writes ? _mute.Remove(device) : _mute.Add(device);
        foreach (var (a, b, up, down) in _lines)
        {
            up.IsStuck = _mute.Contains(a) || _deaf.Contains(b);
            down.IsStuck = _mute.Contains(b) || _deaf.Contains(a);
        }
    }

    /// <summary>Makes the listener's accept fail.</summary>
    public void FailAccept(string address, Exception fault) => _listeners[address].Fail(fault);

    /// <summary>The device's process is gone: its connections break and nothing listens there.</summary>
    public void Drop(DeviceId device)
    {
        Cut(l => l.A == device || l.B == device);
        foreach (var address in _listeners.Where(l => l.Value.Owner == device).Select(l => l.Key).ToList())
            _listeners.Remove(address);
    }

    public ITransport TransportOf(DeviceId device) => new Transport(this, device, device);

    /// <summary>A computer is known to the network by a name of its own, which is its device ID unless that is another computer's, too.</summary>
    public ITransport TransportOf(DeviceId computer, DeviceId device) => new Transport(this, computer, device);

    private IPAddress AddressOf(DeviceId device) => Addresses.GetValueOrDefault(device, new IPAddress([10, 0, 0, 1]));

    private static (DeviceId, DeviceId) Pair(DeviceId a, DeviceId b) => a.CompareTo(b) < 0 ? (a, b) : (b, a);

    private void Cut(Func<(DeviceId A, DeviceId B, Pipe Up, Pipe Down), bool> which)
    {
        foreach (var line in _lines.Where(which).ToList())
        {
            line.Up.Break();
            line.Down.Break();
            _lines.Remove(line);
        }
    }

    private sealed class Transport(SimulatedNetwork network, DeviceId self, DeviceId device) : ITransport
    {
        public Task<IPeerListener> ListenAsync(string address, Func<IPAddress, bool> admits, CancellationToken cancellation)
        {
            if (network._listeners.ContainsKey(address))
                throw new TransportException($"{address} is taken.");
            return Task.FromResult<IPeerListener>(network._listeners[address] = new Listener(network, address, self, device, admits));
        }

        public Task<AuthenticatedStream> DialAsync(string address, DeviceId expected, Func<IPAddress, bool> admits, CancellationToken cancellation)
        {
            if (network.DialFault is { } fault)
                throw fault;
            if (!network._listeners.TryGetValue(address, out var listener) || network.ArePartitioned(self, listener.Owner) || listener.Device != expected)
                throw new TransportException($"Nobody answers at {address}.");
            var there = network.AddressOf(listener.Owner);
            if (!admits(there))
                throw new TransportException($"{there} is not in the allowed networks.");
            if (!listener.Admits(network.AddressOf(self)))
                throw new TransportException($"{address} closes before a byte is sent.");
            Pipe up = new() { IsStuck = network._mute.Contains(self) || network._deaf.Contains(listener.Owner) };
            Pipe down = new() { IsStuck = network._mute.Contains(listener.Owner) || network._deaf.Contains(self) };
            network._lines.RemoveAll(l => l.Up.IsClosed && l.Down.IsClosed);
            network._lines.Add((self, listener.Owner, up, down));
            listener.Accept(new AuthenticatedStream(new EndpointStream(down, up), device, "sim:" + self.Short, false, "none", true) { Address = network.AddressOf(self) });
            return Task.FromResult(new AuthenticatedStream(new EndpointStream(up, down), expected, address, true, "none", true) { Address = there, IsThisComputer = self == listener.Owner });
        }
    }

    private sealed class Listener(SimulatedNetwork network, string address, DeviceId owner, DeviceId device, Func<IPAddress, bool> admits) : IPeerListener
    {
        private readonly Queue<AuthenticatedStream> _waiting = new();
        private TaskCompletionSource<AuthenticatedStream>? _acceptor;

        public DeviceId Owner => owner;

        public DeviceId Device => device;

        public bool Admits(IPAddress caller) => admits(caller);

        public string Address => address;

        public void Accept(AuthenticatedStream stream)
        {
            if (_acceptor is { } acceptor && acceptor.TrySetResult(stream))
                _acceptor = null;
            else
                _waiting.Enqueue(stream);
        }

        public void Fail(Exception fault) => _acceptor?.TrySetException(fault);

        public async Task<AuthenticatedStream> AcceptAsync(CancellationToken cancellation)
        {
            if (_waiting.TryDequeue(out var stream))
                return stream;
            _acceptor = new TaskCompletionSource<AuthenticatedStream>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (cancellation.Register(() => _acceptor?.TrySetCanceled(cancellation)))
                return await _acceptor.Task;
        }

        public ValueTask DisposeAsync()
        {
            network._listeners.Remove(address);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>One direction of a connection.</summary>
    private sealed class Pipe
    {
        /// <summary>What the system's buffers hold of what nobody reads.</summary>
        private const int Capacity = 256 << 10;

        private readonly Queue<byte[]> _data = new();
        private int _offset;
        private long _held;
        private TaskCompletionSource? _reader;
        private TaskCompletionSource? _writer;
        private bool _isBroken;

        /// <summary>Nothing is read from it.</summary>
        public bool IsStuck
        {
            get;
            set
            {
                field = value;
                Wake();
            }
        }

        public bool IsClosed { get; private set; }

        public bool IsBroken => _isBroken;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_isBroken || IsClosed)
                    throw new IOException("The line is cut.");
                if (!IsStuck || _held < Capacity)
                    break;
                var writer = _writer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (cancellation.Register(() => writer.TrySetCanceled(cancellation)))
                    await writer.Task;
            }
            if (data.Length == 0)
                return;
            _held += data.Length;
            _data.Enqueue(data.ToArray());
            Wake();
        }

        public void Close()
        {
            IsClosed = true;
            Wake();
        }

        public void Break()
        {
            _isBroken = IsClosed = true;
            _data.Clear();
            Wake();
        }

        public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                if (_isBroken)
                    throw new IOException("The line is cut.");
                if (!IsStuck && _data.TryPeek(out var first))
                {
                    var n = Math.Min(buffer.Length, first.Length - _offset);
                    first.AsSpan(_offset, n).CopyTo(buffer.Span);
                    _offset += n;
                    _held -= n;
                    if (_offset == first.Length)
                    {
                        _data.Dequeue();
                        _offset = 0;
                    }
                    return n;
                }
                if (IsClosed && !IsStuck)
                    return 0;
                var reader = _reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using (cancellation.Register(() => reader.TrySetCanceled(cancellation)))
                    await reader.Task;
            }
        }

        private void Wake()
        {
            var (reader, writer) = (_reader, _writer);
            _reader = _writer = null;
            reader?.TrySetResult();
            writer?.TrySetResult();
        }
    }

    private sealed class EndpointStream(Pipe write, Pipe read) : Stream
    {
        private bool _isDisposed;

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => read.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => write.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            var isCut = write.IsBroken && read.IsBroken;
            write.Close();
            read.Break();
            if (isCut)
                throw new CannotCloseException();
        }
    }

    private sealed class CannotCloseException : Exception
    {
    }
}
