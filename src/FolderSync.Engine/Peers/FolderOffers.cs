using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using FolderSync.Index;
using FolderSync.Protocol.Messages;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Peers;

/// <summary>Folders that devices offer and that aren't shared with them here: stores them for acceptance and publishes them.</summary>
internal sealed class FolderOffers(EngineParts parts, EventLog events)
{
    /// <summary>Per device; the state store keeps no more.</summary>
    private const int MaxOffers = 100;

    /// <summary>A repeated offer within this time isn't news.</summary>
    private static readonly TimeSpan RepeatedAfter = TimeSpan.FromMinutes(1);

    private readonly ILogger _log = parts.Loggers.CreateLogger<FolderOffers>();

    /// <summary>Writes a repeated offer once.</summary>
    public void OnOffered(IReadOnlyList<SharedFolder> folders, DeviceId device, string name)
    {
        if (folders.Count == 0)
            return;
        var now = parts.Time.GetUtcNow();
        var known = parts.State.PendingFolders().Where(p => p.Device == device).ToDictionary(p => p.Folder);
        List<PendingFolder> offers = [.. folders.Take(MaxOffers).Select(f => new PendingFolder(f.Id, device, f.Label, now, IsEncryptedForUs(f))).Where(o => !IsKnown(o))];
        if (folders.Count > MaxOffers && offers.Count > 0)
            Log.ManyOffers(_log, name, folders.Count, MaxOffers);
        if (offers.Count == 0)
            return;
        offers.ForEach(parts.State.PutPendingFolder);
        events.Publish(() => new EngineEvent.FoldersOffered(device, [.. offers.Select(o => new OfferedFolder(o.Folder, o.Label, o.ReceiveEncrypted))]));

        bool IsKnown(PendingFolder offer) =>
            known.TryGetValue(offer.Folder, out var old) && now - old.Time < RepeatedAfter && old with { Time = now } == offer;
    }

    private bool IsEncryptedForUs(SharedFolder folder) => folder.Devices.Any(d => d.Id == parts.Self && d.EncryptionPasswordToken.Length > 0);
}
