using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Network;

namespace FolderSync.Engine.Peers;

/// <summary>
/// Something else announces itself in the network under this device's own ID. Anyone can do that; whoever also has the key is another computer with
/// this device's identity. Thread-safe.
/// </summary>
internal sealed class OwnIdentityProbe(PeerContext context)
{
    /// <summary>Announcements can be invented, so they must cost little.</summary>
    private const int MaxAddresses = 4;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private Deadline _next = Deadline.Passed;

    private EngineParts Parts => context.Parts;

    /// <summary>True when it is time to dial what was announced.</summary>
    public bool TryBegin()
    {
        lock (_lock)
        {
            if (!_next.IsPast(Parts.Time))
                return false;
            _next = Deadline.In(Interval, Parts.Time);
            return true;
        }
    }

    public async Task RunAsync(IReadOnlyList<string> addresses, CancellationToken cancellation)
    {
        foreach (var address in addresses.Take(MaxAddresses))
        {
            if (!await ProvesKeyAsync(address, cancellation))
                continue;
            context.Identities.Report(Parts.Self, null, $"Another computer in this network, at {address}, has the identity of this device, {Parts.Self}.");
            return;
        }
    }

    private async Task<bool> ProvesKeyAsync(string address, CancellationToken cancellation)
    {
        try
        {
            await using var stream = await Parts.Transport.DialAsync(address, Parts.Self, cancellation);
            return !stream.IsThisComputer;
        }
        catch (TransportException)
        {
            // Nobody answers there, or somebody else does.
            return false;
        }
    }
}
