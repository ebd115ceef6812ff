using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FolderSync.Network.Tcp;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Network.Tests;

/// <summary>What unknown clients may do to a listener, and what it must clean up.</summary>
public sealed class TlsTcpListenerTests
{
    private static readonly TimeSpan s_timeout = TestLimits.Timeout;

    [Fact]
    public async Task Slow_handshakes_delay_nobody_and_end_at_the_deadline()
    {
        var time = new ManualTime();
        await using var listener = await new TlsTcpTransport(Identities.A, clock: time).ListenAsync("tcp://127.0.0.1:0", default);
        var slow = await ConnectAsync(listener, 10);

        await MeetAsync(listener);

        time.Advance(TimeSpan.FromSeconds(11));
        Assert.All(await Task.WhenAll(slow.Select(ReadToEndAsync)), ended => Assert.True(ended));
    }

    /// <summary>Its oldest ones go: whoever fills the places doesn't lock out others behind the same address.</summary>
    [Fact]
    public async Task One_remote_gets_only_so_many_handshakes()
    {
        var options = new TlsTcpOptions { MaxHandshakesPerRemote = 3 };
        await using var listener = await new TlsTcpTransport(Identities.A, options: options).ListenAsync("tcp://127.0.0.1:0", default);
        var sockets = await ConnectAsync(listener, 5);
        Assert.True(await ReadToEndAsync(sockets[0]));
        Assert.True(await ReadToEndAsync(sockets[1]));
        await MeetAsync(listener);
        Array.ForEach(sockets, s => s.Dispose());
    }

    /// <summary>A stream keeps its slot until its owner frees it: the handshake isn't the end of what a stranger may cost.</summary>
    [Fact]
    public async Task A_stream_keeps_its_place_until_its_Hello_is_read()
    {
        var options = new TlsTcpOptions { MaxHandshakesPerRemote = 2, MaxPerDevice = 2 };
        await using var listener = await new TlsTcpTransport(Identities.A, options: options).ListenAsync("tcp://127.0.0.1:0", default);
        var accepted = new List<AuthenticatedStream>();
        for (var i = 0; i < 2; i++)
            await NextAsync();
        accepted.ForEach(a => a.Slot!.Identify(isKnown: false));
        // The third one makes the oldest go.
        await NextAsync();
        Assert.True(accepted[0].Slot!.Evicted.IsCancellationRequested);
        Assert.False(accepted[1].Slot!.Evicted.IsCancellationRequested);
        // A known device makes room only for itself.
        accepted[1].Slot!.Dispose();
        accepted[2].Slot!.Identify(isKnown: true);
        for (var i = 0; i < 3; i++)
            await NextAsync();
        Assert.False(accepted[2].Slot!.Evicted.IsCancellationRequested);
        accepted[5].Slot!.Identify(isKnown: true);
        Assert.False(accepted[2].Slot!.Evicted.IsCancellationRequested);
        await NextAsync();
        accepted[6].Slot!.Identify(isKnown: true);
        Assert.True(accepted[2].Slot!.Evicted.IsCancellationRequested);
        foreach (var stream in accepted)
            await stream.DisposeAsync();

        // The owner closes what was dropped.
        async Task NextAsync()
        {
            accepted.Add(await DialAndAcceptAsync(listener));
            foreach (var dropped in accepted.Where(a => a.Slot!.Evicted.IsCancellationRequested))
                await dropped.DisposeAsync();
        }
    }

    [Fact]
    public async Task When_all_places_are_taken_the_oldest_makes_room()
    {
        var options = new TlsTcpOptions { MaxHandshakes = 2, MaxHandshakesPerRemote = 100 };
        await using var listener = await new TlsTcpTransport(Identities.A, options: options).ListenAsync("tcp://127.0.0.1:0", default);
        var sockets = await ConnectAsync(listener, 3);
        Assert.True(await ReadToEndAsync(sockets[0]));
        await MeetAsync(listener);
        Array.ForEach(sockets, s => s.Dispose());
    }

    [Fact]
    public async Task Garbage_never_surfaces()
    {
        await using var listener = await new TlsTcpTransport(Identities.A).ListenAsync("tcp://127.0.0.1:0", default);
        foreach (var socket in await ConnectAsync(listener, 8))
        {
            await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());
            socket.Dispose();
        }

        await MeetAsync(listener);
    }

    [Fact]
    public async Task A_closed_listener_leaves_no_socket_and_no_waiter()
    {
        var time = new ManualTime();
        var listener = await new TlsTcpTransport(Identities.A, clock: time).ListenAsync("tcp://127.0.0.1:0", default);
        var slow = await ConnectAsync(listener, 5);
        var unclaimed = await new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default);
        var other = await new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default);
        await using var taken = await listener.AcceptAsync(default);
        await other.DisposeAsync();

        await listener.DisposeAsync().AsTask().WaitAsync(s_timeout);
        Assert.All(await Task.WhenAll(slow.Select(ReadToEndAsync)), ended => Assert.True(ended));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => listener.AcceptAsync(default));
        Assert.Equal(0, time.Pending);
        await unclaimed.DisposeAsync();
        await Assert.ThrowsAsync<TransportException>(() => new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default));
    }

    /// <summary>Closing a listener waits for the slots of its handshakes: a handshake must free its resources before its slot.</summary>
    [Fact]
    public async Task A_place_is_free_only_when_nothing_of_its_handshake_is_left()
    {
        var time = new SlowlyForgotten();
        var options = new TlsTcpOptions { MaxHandshakesPerRemote = 1 };
        await using var listener = await new TlsTcpTransport(Identities.A, clock: time, options: options).ListenAsync("tcp://127.0.0.1:0", default);
        try
        {
            (await ConnectAsync(listener, 1))[0].Dispose();
            await time.Forgetting.WaitAsync(s_timeout);

            // The first handshake's deadline is not disposed yet, so the only slot is taken and the next connection is refused.
            await Assert.ThrowsAsync<TransportException>(
                () => new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default).WaitAsync(s_timeout));
        }
        finally
        {
            time.Forget();
        }
    }

    [SkippableFact]
    public async Task Connections_good_and_bad_leave_no_handle_open()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "counts /proc/self/fd");
        await using (var listener = await new TlsTcpTransport(Identities.A).ListenAsync("tcp://127.0.0.1:0", default))
        {
            var port = PeerAddress.Parse(listener.Address).Port;
            for (var round = 0; round < 3; round++)
            {
                await MeetAsync(listener);
                await Assert.ThrowsAsync<TransportException>(
                    () => new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.Of("P-521").DeviceId, default));
                (await ConnectAsync(listener, 1))[0].Dispose();
                await DrainAsync(listener);
            }

            Assert.InRange(await SettledSocketsAsync(port), 0, 1);
        }
    }

    /// <summary>The second connection of a round reached the listener before its client left.</summary>
    private static async Task DrainAsync(IPeerListener listener)
    {
        var accepted = await listener.AcceptAsync(default).WaitAsync(s_timeout);
        await accepted.DisposeAsync();
    }

    /// <summary>The number of this process's sockets with this port at either end, after those being closed are closed.</summary>
    private static async Task<int> SettledSocketsAsync(int port)
    {
        var hex = $":{port:X4}";
        var count = int.MaxValue;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < s_timeout && count > 1;)
        {
            var mine = Directory.GetFiles("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget).ToHashSet();
            count = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadAllLines)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Count(f => (f[1].EndsWith(hex, StringComparison.Ordinal) || f[2].EndsWith(hex, StringComparison.Ordinal)) && mine.Contains($"socket:[{f[9]}]"));
            await Task.Delay(count > 1 ? 10 : 0);
        }

        return count;
    }

    private static async Task<AuthenticatedStream> DialAndAcceptAsync(IPeerListener listener)
    {
        await new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default).WaitAsync(s_timeout);
        return await listener.AcceptAsync(default).WaitAsync(s_timeout);
    }

    private static async Task MeetAsync(IPeerListener listener)
    {
        var dialed = await new TlsTcpTransport(Identities.B).DialAsync(listener.Address, Identities.A.DeviceId, default).WaitAsync(s_timeout);
        var accepted = await listener.AcceptAsync(default).WaitAsync(s_timeout);
        Assert.Equal(Identities.B.DeviceId, accepted.Peer);
        await Task.WhenAll(dialed.DisposeAsync().AsTask(), accepted.DisposeAsync().AsTask());
    }

    /// <summary>Connections that begin a TLS record and then stop.</summary>
    private static async Task<Socket[]> ConnectAsync(IPeerListener listener, int count)
    {
        var sockets = new Socket[count];
        for (var i = 0; i < count; i++)
        {
            sockets[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await sockets[i].ConnectAsync(IPAddress.Loopback, PeerAddress.Parse(listener.Address).Port);
            await sockets[i].SendAsync(new byte[] { 22, 3, 1 });
        }

        return sockets;
    }

    /// <summary>Returns true when the other side has closed.</summary>
    private static async Task<bool> ReadToEndAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[1000];
                while (await socket.ReceiveAsync(buffer).WaitAsync(s_timeout) > 0)
                {
                }

                return true;
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>A clock that never moves, and whose first timer is slow to dispose.</summary>
    private sealed class SlowlyForgotten : TimeProvider
    {
        private readonly TaskCompletionSource _forgetting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _forget = new();
        private int _timers;

        /// <summary>Completes when the first timer is being disposed.</summary>
        public Task Forgetting => _forgetting.Task;

        /// <summary>Lets the disposal complete.</summary>
        public void Forget() => _forget.Set();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(Interlocked.Increment(ref _timers) == 1 ? this : null);

        private sealed class Timer(SlowlyForgotten? slow) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                if (slow is null)
                    return;
                slow._forgetting.TrySetResult();
                slow._forget.Wait(s_timeout);
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
