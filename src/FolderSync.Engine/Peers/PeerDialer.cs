using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Network;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>Dials one peer with backoff whenever a connection is wanted.</summary>
/// <param name="connections">Independent connections, which are awaited at the end.</param>
/// <param name="onConnected">Takes ownership of the stream.</param>
internal sealed class PeerDialer(PeerContext context, PeerSession session, ILogger log, TaskGroup connections, Action<AuthenticatedStream> onConnected)
{
    /// <summary>Addresses tried per attempt.</summary>
    private const int MaxAddresses = 32;

    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FirstRedial = TimeSpan.FromSeconds(1);

    private EngineParts Parts => context.Parts;

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var wait = TimeSpan.Zero;
        var notBefore = Deadline.Passed;
        while (true)
        {
            // Retry quickly after a connection that lasted, or a configuration change; not after one that was closed at once.
            if (session.Dialing.TakeReason())
            {
                wait = TimeSpan.Zero;
                notBefore = Deadline.Passed;
            }
            if (session.LinksWanted > 0 && notBefore.IsPast(Parts.Time))
            {
                using var dialing = session.Dialing.Begin(cancellation);
                try
                {
                    await DialAsync(dialing.Token);
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    continue;
                }
                finally
                {
                    session.Dialing.End();
                }
                wait = Longer(wait);
                notBefore = Deadline.In(Jittered(wait), Parts.Time);
            }
            await session.Dialing.Wake.WaitUntilAsync(session.LinksWanted > 0 ? notBefore : Deadline.Never, cancellation);
        }
    }

    private TimeSpan Longer(TimeSpan wait)
    {
        var most = TimeSpan.FromSeconds(Math.Max(1, context.Config.ReconnectIntervalSeconds));
        var next = wait == TimeSpan.Zero ? FirstRedial : wait * 2;
        return next < most ? next : most;
    }

    private TimeSpan Jittered(TimeSpan wait) => wait * (0.75 + (Parts.Random.Next(500) / 1000.0));

    /// <summary>
    /// Tries the device's addresses, each with a head start over the next, so that a stale address doesn't delay the others. A successful
    /// connection continues independently.
    /// </summary>
    private async Task DialAsync(CancellationToken cancellation)
    {
        var addresses = session.Config.Addresses.SelectMany(a => a == "dynamic" ? Parts.Discovered(session.Id) : [a]).Distinct().Take(MaxAddresses).ToList();
        session.Dialing.KeepErrors(addresses);
        using var race = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var wake = new Wakeup(Parts.Time);
        List<Task<AuthenticatedStream?>> attempts = [];
        AuthenticatedStream? winner = null;
        try
        {
            foreach (var address in addresses)
            {
                attempts.Add(TryDialAsync(address, wake, race.Token));
                var headStart = attempts.Count == addresses.Count ? Deadline.Never : Deadline.In(HeadStart, Parts.Time);
                while (winner is null && attempts.Exists(a => !a.IsCompleted) && !headStart.IsPast(Parts.Time))
                {
                    await wake.WaitUntilAsync(headStart, cancellation);
                    winner = FirstConnected(attempts);
                }
                winner ??= FirstConnected(attempts);
                if (winner is not null || session.LinksWanted == 0)
                    break;
            }
        }
        finally
        {
            race.Cancel();
            connections.Run(() => Parts.Supervisor.RunAsync("unused dials", () => DiscardAsync(attempts, winner), _ => { }, CancellationToken.None));
        }
        cancellation.ThrowIfCancellationRequested();
        if (winner is not null)
            onConnected(winner);
    }

    private static AuthenticatedStream? FirstConnected(List<Task<AuthenticatedStream?>> attempts) =>
        attempts.Find(a => a.IsCompletedSuccessfully && a.Result is not null)?.Result;

    /// <summary>Null if it failed; sets the signal either way.</summary>
    private async Task<AuthenticatedStream?> TryDialAsync(string address, Wakeup wake, CancellationToken cancellation)
    {
        try
        {
            var stream = await Parts.Transport.DialAsync(address, session.Id, a => NetworkFilter.Allows(session.Config.AllowedNetworks, a), cancellation);
            session.Dialing.Note(address, null);
            return stream;
        }
        catch (TransportException e)
        {
            session.Dialing.Note(address, e.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Another one was faster.
        }
        catch (Exception e)
        {
            // A fault of the transport with this peer must not stop the dialing; it is shown to the user.
            session.Dialing.Note(address, e.Message);
            Log.ConnectionBug(log, address, e);
        }
        finally
        {
            wake.Set();
        }
        return null;
    }

    private static async Task DiscardAsync(List<Task<AuthenticatedStream?>> attempts, AuthenticatedStream? winner)
    {
        foreach (var attempt in attempts)
        {
            if (await attempt is { } stream && stream != winner)
                await stream.DisposeAsync();
        }
    }
}
