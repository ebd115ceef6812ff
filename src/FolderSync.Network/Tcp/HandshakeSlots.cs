using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network.Tcp;

/// <summary>Limits concurrent handshakes, in total and per remote address.</summary>
internal sealed class HandshakeSlots(int max, int maxPerRemote)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Slot> _oldestFirst = [];
    private readonly Dictionary<IPAddress, int> _perRemote = [];
    private TaskCompletionSource? _empty;

    /// <summary>A slot, or null if this remote has too many. When all are taken, cancels the oldest handshake to make room.</summary>
    public Slot? TryEnter(IPAddress remote, CancellationTokenSource handshake)
    {
        var key = KeyOf(remote);
        CancellationTokenSource? given = null;
        Slot slot;
        lock (_lock)
        {
            var count = _perRemote.GetValueOrDefault(key);
            if (count >= maxPerRemote)
                return null;
            if (_oldestFirst.Count >= max && _oldestFirst.FirstOrDefault(s => !s.GivenUp) is { } oldest)
            {
                oldest.GivenUp = true;
                given = oldest.Handshake;
            }

            slot = new Slot(this, key, handshake);
            _perRemote[key] = count + 1;
            _oldestFirst.AddLast(slot.Node);
        }

        Cancel(given);
        return slot;
    }

    /// <summary>Completes when no handshake is left. Call it when nobody can enter any more.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            if (_oldestFirst.Count == 0)
                return Task.CompletedTask;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    /// <summary>The owner of an IPv6 /64 would otherwise count as 2^64 remotes.</summary>
    internal static IPAddress KeyOf(IPAddress remote)
    {
        if (remote.IsIPv4MappedToIPv6)
            return remote.MapToIPv4();
        if (remote.AddressFamily != AddressFamily.InterNetworkV6)
            return remote;
        var bytes = remote.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    private static void Cancel(CancellationTokenSource? handshake)
    {
        try
        {
            handshake?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended by itself just now.
        }
    }

    private void Leave(Slot slot)
    {
        lock (_lock)
        {
            _oldestFirst.Remove(slot.Node);
            if (--_perRemote[slot.Remote] == 0)
                _perRemote.Remove(slot.Remote);
            if (_oldestFirst.Count == 0)
                _empty?.TrySetResult();
        }
    }

    internal sealed class Slot
    {
        private readonly HandshakeSlots _owner;
        private Task? _running;

        public Slot(HandshakeSlots owner, IPAddress remote, CancellationTokenSource handshake)
        {
            (_owner, Remote, Handshake) = (owner, remote, handshake);
            Node = new LinkedListNode<Slot>(this);
        }

        public LinkedListNode<Slot> Node { get; }

        public IPAddress Remote { get; }

        public CancellationTokenSource Handshake { get; }

        public bool GivenUp { get; set; }

        /// <summary>Starts the handshake, which never throws, and leaves the slot when it has ended.</summary>
        public void Run(Func<Task> handshake) => _running = RunAsync(handshake);

        public void Leave() => _owner.Leave(this);

        private async Task RunAsync(Func<Task> handshake)
        {
            try
            {
                await handshake().ConfigureAwait(false);
            }
            finally
            {
                Leave();
            }
        }
    }
}
