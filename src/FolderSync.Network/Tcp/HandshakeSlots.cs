using System.Net;
using FolderSync.Core.Model;
using FolderSync.Platform;

namespace FolderSync.Network.Tcp;

/// <summary>
/// Limits the incoming connections that haven't sent their Hello: in total, per remote address, for unknown devices and per device. A new connection
/// is never refused for the sake of old ones, so that whoever fills the places locks nobody out: the remote that has the most loses its oldest one,
/// and connections of unknown devices go before those whose device isn't known yet. Thread-safe.
/// </summary>
internal sealed class HandshakeSlots(TlsTcpOptions options)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Slot> _oldestFirst = [];
    private TaskCompletionSource? _empty;

    internal enum Stage
    {
        Handshake,
        Unknown,
        Known,
    }

    /// <summary>
    /// A slot, or null while too many dropped connections are still being closed. When all are taken, drops one to make room.
    /// </summary>
    /// <param name="abort">Breaks the connection at once; called from any thread.</param>
    public Slot? TryEnter(IPAddress remote, Action abort)
    {
        Slot slot;
        Slot? dropped = null;
        lock (_lock)
        {
            var key = SourceAddress.Group(remote);
            if (_oldestFirst.Count(s => s.IsEnding) >= options.MaxHandshakes || _oldestFirst.Count(s => s.IsEnding && s.Remote.Equals(key)) >= options.MaxHandshakesPerRemote)
                return null;
            var open = _oldestFirst.Where(s => s is { IsEnding: false, Stage: not Stage.Known }).ToList();
            if (open.Count(s => s.Remote.Equals(key)) >= options.MaxHandshakesPerRemote)
                dropped = Drop(open.Where(s => s.Remote.Equals(key)));
            else if (open.Count >= options.MaxHandshakes)
                dropped = Drop(OfBusiestRemote(open));
            slot = new Slot(this, key, abort);
            _oldestFirst.AddLast(slot.Node);
        }

        dropped?.Abort();
        return slot;
    }

    /// <summary>Completes when no handshake is left. Call it when nobody can enter any more.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_lock)
        {
            if (_oldestFirst.All(s => s.IsHandedOver))
                return Task.CompletedTask;
            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    private static Slot Drop(IEnumerable<Slot> candidates)
    {
        // The oldest; an unknown device before one that may turn out to be known.
        var victim = candidates.MaxBy(s => s.Stage == Stage.Unknown)!;
        victim.IsEnding = true;
        return victim;
    }

    private static IEnumerable<Slot> OfBusiestRemote(IEnumerable<Slot> slots) => slots.GroupBy(s => s.Remote).MaxBy(g => g.Count())!;

    private void Identify(Slot slot, bool isKnown)
    {
        List<Slot> dropped = [];
        lock (_lock)
        {
            if (slot.IsEnding)
                return;
            slot.Stage = isKnown ? Stage.Known : Stage.Unknown;
            DropBeyond(options.MaxPerDevice, s => s.Stage != Stage.Handshake && s.Device == slot.Device, slots => slots);
            if (!isKnown)
            {
                DropBeyond(options.MaxUnknownPerRemote, s => s.Stage == Stage.Unknown && s.Remote.Equals(slot.Remote), slots => slots);
                DropBeyond(options.MaxUnknown, s => s.Stage == Stage.Unknown, OfBusiestRemote);
            }
        }

        dropped.ForEach(d => d.Abort());

        void DropBeyond(int limit, Func<Slot, bool> which, Func<IEnumerable<Slot>, IEnumerable<Slot>> choice)
        {
            var all = _oldestFirst.Where(s => !s.IsEnding && which(s)).ToList();
            if (all.Count > limit)
                dropped.Add(Drop(choice(all.Where(s => s != slot))));
        }
    }

    /// <summary>It is over by itself: it holds its place until everything of it is gone, but no other one must go for that.</summary>
    private void MarkEnding(Slot slot)
    {
        lock (_lock)
            slot.IsEnding = true;
    }

    private void HandOver(Slot slot)
    {
        lock (_lock)
        {
            slot.IsHandedOver = true;
            ReportEmpty();
        }
    }

    private void Leave(Slot slot)
    {
        lock (_lock)
        {
            if (slot.Node.List is null)
                return;
            _oldestFirst.Remove(slot.Node);
            ReportEmpty();
        }
    }

    private void ReportEmpty()
    {
        if (_oldestFirst.All(s => s.IsHandedOver))
            _empty?.TrySetResult();
    }

    internal sealed class Slot : IIncomingSlot
    {
        private readonly HandshakeSlots _owner;
        private readonly Action _abort;
        private readonly CancellationTokenSource _evicted = new();
        private Task? _running;

        public Slot(HandshakeSlots owner, IPAddress remote, Action abort)
        {
            (_owner, _abort, Remote) = (owner, abort, remote);
            Evicted = _evicted.Token;
            Node = new LinkedListNode<Slot>(this);
        }

        public LinkedListNode<Slot> Node { get; }

        public IPAddress Remote { get; }

        public CancellationToken Evicted { get; }

        /// <summary>Set when the handshake has told.</summary>
        public DeviceId Device { get; set; }

        public bool IsEnding { get; set; }

        public bool IsHandedOver { get; set; }

        public Stage Stage { get; set; }

        public void Identify(bool isKnown) => _owner.Identify(this, isKnown);

        public void MarkEnding() => _owner.MarkEnding(this);

        /// <summary>The stream's owner frees the place now.</summary>
        public void HandOver() => _owner.HandOver(this);

        public void Abort()
        {
            _evicted.Cancel();
            _abort();
        }

        /// <summary>Starts the handshake, which never throws, and leaves the slot when it has ended without handing it over.</summary>
        public void Run(Func<Task> handshake) => _running = RunAsync(handshake);

        public void Dispose() => _owner.Leave(this);

        private async Task RunAsync(Func<Task> handshake)
        {
            try
            {
                await handshake().ConfigureAwait(false);
            }
            finally
            {
                if (!IsHandedOver)
                    Dispose();
            }
        }
    }
}
