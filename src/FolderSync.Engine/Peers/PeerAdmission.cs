using System.Net;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>
/// Turns an authenticated stream into a peer's link, or closes it: admits the devices in the configuration. An incoming stream holds its slot until its
/// Hello is read, that of an unknown device until it is closed. Thread-safe.
/// </summary>
internal sealed class PeerAdmission(PeerContext context, BandwidthLimits limits, ILogger log, Func<DeviceId, PeerSession?> sessions) : IDisposable
{
    private static readonly TimeSpan HelloDeadline = TimeSpan.FromSeconds(20);

    private readonly UnknownDevices _unknown = new(context, log);

    private EngineParts Parts => context.Parts;

    /// <summary>An address where no device may be gets no response at all.</summary>
    public bool Admits(IPAddress address) => context.Config.Devices is var devices && (devices.IsEmpty || devices.Any(d => NetworkFilter.Allows(d.AllowedNetworks, address)));

    /// <summary>Returns when the connection has ended. Never throws because of the other side.</summary>
    public async Task AdmitAsync(AuthenticatedStream stream, CancellationToken stop)
    {
        stream = limits.Around(stream);
        await using (stream)
        {
            try
            {
                await GreetAsync(stream, stop);
            }
            catch (Exception e) when (e is BepException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                OnRejected(stream, e is OperationCanceledException ? "it did not send its Hello in time" : e.Message);
                if (stream.Dialed)
                    sessions(stream.Peer)?.Dialing.Note(stream.Remote, e.Message);
            }
            catch (Exception e)
            {
                _unknown.ReportBug(stream.Remote, e);
            }
        }
    }

    public void Dispose() => _unknown.Dispose();

    private void OnRejected(AuthenticatedStream stream, string reason)
    {
        if (stream.Dialed || sessions(stream.Peer) is not null)
            Log.NotAdmitted(log, stream.Remote, reason);
        else
            _unknown.Reject(stream.Remote, reason);
    }

    private async Task GreetAsync(AuthenticatedStream stream, CancellationToken stop)
    {
        if (stream.Peer == Parts.Self)
            throw new BepException("This is this device's own address.");
        using var deadline = new CancellationTokenSource(HelloDeadline, Parts.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop, stream.Slot?.Evicted ?? CancellationToken.None);
        var session = sessions(stream.Peer);
        stream.Slot?.Identify(isKnown: session is not null);
        if (ValidateConnection(stream, session) is { } refusal)
            throw new BepException(refusal);
        var hello = new Hello(
            context.Config.Name, Parts.ClientName, Parts.ClientVersion, session?.Config.NumConnections ?? 0, Parts.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000);
        await using var connection = await OpenAsync(stream, session, hello, limit.Token);
        if (session is null)
        {
            _unknown.Report(stream, connection.PeerHello);
            return;
        }
        stream.Slot?.Dispose();
        if (await session.AdoptAsync(stream, connection) is { } why)
            OnRejected(stream, why);
    }

    private async Task<IBepConnection> OpenAsync(AuthenticatedStream stream, PeerSession? session, Hello hello, CancellationToken cancellation)
    {
        session?.Contention.OnGreeting();
        try
        {
            return await Parts.OpenConnection(stream.Stream, hello, cancellation);
        }
        finally
        {
            session?.Contention.OnGreeted();
        }
    }

    /// <summary>Why the other side doesn't even get this device's name.</summary>
    private string? ValidateConnection(AuthenticatedStream stream, PeerSession? session) =>
        session is not null ? session.CheckAddress(stream)
        : context.Config.IgnoredDevices.Contains(stream.Peer) ? $"{stream.Peer} is one of the ignored devices."
        : null;
}
