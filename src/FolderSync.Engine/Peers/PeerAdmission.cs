using System.Net;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>Turns an authenticated stream into a peer's link, or closes it: admits the devices in the configuration. Thread-safe.</summary>
internal sealed class PeerAdmission(PeerContext context, BandwidthLimits limits, ILogger log, Func<DeviceId, PeerSession?> sessions)
{
    private static readonly TimeSpan HelloDeadline = TimeSpan.FromSeconds(20);

    /// <summary>An unknown device is logged again after this long without attempts.</summary>
    private static readonly TimeSpan UnknownDeviceLogInterval = TimeSpan.FromHours(1);

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
                Log.NotAdmitted(log, stream.Remote, e is OperationCanceledException ? "it did not send its Hello in time" : e.Message);
                if (stream.Dialed)
                    sessions(stream.Peer)?.Dialing.Note(stream.Remote, e.Message);
            }
            catch (Exception e)
            {
                Log.ConnectionBug(log, stream.Remote, e);
            }
        }
    }

    private async Task GreetAsync(AuthenticatedStream stream, CancellationToken stop)
    {
        if (stream.Peer == Parts.Self)
            throw new BepException("This is this device's own address.");
        using var deadline = new CancellationTokenSource(HelloDeadline, Parts.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stop);
        var session = sessions(stream.Peer);
        if (ValidateConnection(stream, session) is { } refusal)
            throw new BepException(refusal);
        var hello = new Hello(
            context.Config.Name, Parts.ClientName, Parts.ClientVersion, session?.Config.NumConnections ?? 0, Parts.Time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000);
        await using var connection = await OpenAsync(stream, session, hello, limit.Token);
        if (session is null)
            OnUnknownDevice(stream, connection.PeerHello);
        else if (await session.AdoptAsync(stream, connection) is { } why)
            Log.NotAdmitted(log, stream.Remote, why);
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

    private void OnUnknownDevice(AuthenticatedStream stream, Hello hello)
    {
        var now = Parts.Time.GetUtcNow();
        // It tries again every minute.
        if (Parts.State.PendingDevices().All(d => d.Device != stream.Peer || now - d.Time >= UnknownDeviceLogInterval))
            Log.Unknown(log, stream.Peer, hello.DeviceName, stream.Remote);
        Parts.State.PutPendingDevice(new PendingDevice(stream.Peer, hello.DeviceName, stream.Remote, now));
        context.Events.Publish(() => new EngineEvent.UnknownDeviceConnected(stream.Peer, hello.DeviceName, stream.Remote));
    }
}
