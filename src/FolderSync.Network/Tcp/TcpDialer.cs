using System.Net;
using System.Net.Sockets;

namespace FolderSync.Network.Tcp;

/// <param name="Remote">The address of the host that answered; a socket that was reset meanwhile can't tell.</param>
internal sealed record DialedSocket(Socket Socket, IPEndPoint Remote);

/// <summary>Connects to a host: tries all its addresses, each with a head start over the next, and keeps the first to answer.</summary>
internal sealed class TcpDialer(TimeProvider clock, TlsTcpOptions options)
{
    /// <exception cref="TransportException"/>
    public async Task<DialedSocket> DialAsync(PeerAddress address, Func<IPAddress, bool> admits, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var candidates = await ResolveAsync(address, either.Token).ConfigureAwait(false);
            var admitted = candidates.FindAll(a => admits(a));
            if (admitted.Count == 0)
                throw new TransportException($"{Where(address, candidates)} is not in this device's allowed networks (allowed-networks).");
            return await RaceAsync(address, admitted, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TransportException(SocketErrorText.Dialing(SocketError.TimedOut, address.ToString()), e);
        }
    }

    /// <summary>Sets the options of every peer connection; also for accepted sockets.</summary>
    /// <remarks>Leaves buffer sizes alone: setting them would disable the system's automatic tuning.</remarks>
    public static void ConfigureSocket(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
        }
        catch (SocketException) when (socket.Connected)
        {
            // An older system keeps its own intervals.
        }
    }

    private static async Task<List<IPAddress>> ResolveAsync(PeerAddress address, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(address.Host, out var literal))
            return [literal];
        IPAddress[] found;
        try
        {
            found = await Dns.GetHostAddressesAsync(address.Host, address.Family, cancellation).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new TransportException(SocketErrorText.Resolving(e.SocketErrorCode, address.Host), e);
        }
        catch (ArgumentException e)
        {
            throw new TransportException($"\"{address.Host}\" is no host name.", e);
        }

        if (found.Length == 0)
            throw new TransportException(SocketErrorText.Resolving(SocketError.NoData, address.Host));
        return Interleave(found);
    }

    /// <summary>Alternates the families, starting with the first address's family, so that a broken family costs only one head start.</summary>
    internal static List<IPAddress> Interleave(IReadOnlyList<IPAddress> found)
    {
        var first = new Queue<IPAddress>(found.Where(a => a.AddressFamily == found[0].AddressFamily));
        var second = new Queue<IPAddress>(found.Where(a => a.AddressFamily != found[0].AddressFamily));
        List<IPAddress> mixed = [];
        while (first.Count + second.Count > 0)
        {
            if (first.TryDequeue(out var a))
                mixed.Add(a);
            if (second.TryDequeue(out var b))
                mixed.Add(b);
        }

        return mixed;
    }

    private async Task<DialedSocket> RaceAsync(PeerAddress address, List<IPAddress> candidates, CancellationToken cancellation)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<DialedSocket>> running = [];
        SocketException? failure = null;
        DialedSocket? winner = null;
        var next = 0;
        try
        {
            while (winner is null && (next < candidates.Count || running.Count > 0))
            {
                if (next < candidates.Count)
                    running.Add(ConnectAsync(new IPEndPoint(candidates[next++], address.Port), others.Token));
                var settled = await FirstOrStaggerAsync(running, next < candidates.Count, others.Token).ConfigureAwait(false);
                if (settled is null)
                    continue;
                running.Remove(settled);
                try
                {
                    winner = await settled.ConfigureAwait(false);
                }
                catch (SocketException e)
                {
                    failure = e;
                }
            }
        }
        finally
        {
            await others.CancelAsync().ConfigureAwait(false);
            await DiscardAsync(running).ConfigureAwait(false);
        }

        return winner ?? throw new TransportException(SocketErrorText.Dialing(failure!.SocketErrorCode, Where(address, candidates)), failure);
    }

    /// <summary>The attempt that ended first, or null when it is the next address's turn.</summary>
    private async Task<Task<DialedSocket>?> FirstOrStaggerAsync(List<Task<DialedSocket>> running, bool moreToTry, CancellationToken cancellation)
    {
        var first = Task.WhenAny(running);
        if (!moreToTry)
            return await first.ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var stagger = Task.Delay(options.ConnectStagger, clock, stop.Token);
        var ended = await Task.WhenAny(first, stagger).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        return ended == first ? await first.ConfigureAwait(false) : null;
    }

    private static async Task<DialedSocket> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
            ConfigureSocket(socket);
            return new DialedSocket(socket, endpoint);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Closes losers that connected anyway; they end soon, since they were cancelled.</summary>
    private static async Task DiscardAsync(List<Task<DialedSocket>> losers)
    {
        foreach (var loser in losers)
        {
            try
            {
                (await loser.ConfigureAwait(false)).Socket.Dispose();
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // It was cancelled, as intended.
            }
        }
    }

    private static string Where(PeerAddress address, List<IPAddress> candidates)
    {
        var (host, port) = (address.Host.Contains(':') ? $"[{address.Host}]" : address.Host, address.Port);
        return candidates.Count == 1 && candidates[0].ToString() == address.Host
            ? $"{host}:{port}"
            : $"{host}:{port} ({string.Join(", ", candidates)})";
    }
}
