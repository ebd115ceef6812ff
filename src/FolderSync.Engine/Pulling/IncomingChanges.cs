using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Status;

namespace FolderSync.Engine.Pulling;

/// <summary>
/// Guards against peers' mass deletions if the folder is configured so: deletions beyond its limits are held until the user decides. Outlives each
/// opening of the folder.
/// </summary>
internal sealed class IncomingChanges(ConfiguredFolder folder)
{
    private const int MaxReportedNames = 100;

    private readonly RecentFiles _recent = new(folder.Parts, $"deletions-incoming/{folder.Id.Value}");
    private bool _isConfirmed;

    /// <summary>The user decided that the held items should be deleted here, too; or not, and none of them is needed any more.</summary>
    public void Decide(bool delete)
    {
        _isConfirmed = delete;
        folder.Status.Publish(s => s with { Hold = null });
    }

    /// <summary>True when none of it may be carried out yet.</summary>
    public async Task<bool> MustHoldAsync(OpenFolder open, IReadOnlyList<FileName> deletions, CancellationToken cancellation)
    {
        var config = folder.Config;
        if (!config.HoldIncomingDeletions || _isConfirmed)
        {
            _isConfirmed = false;
            _recent.Clear();
            return false;
        }
        var files = await open.RunAsync(() => deletions.Select(open.Index.FindLocal).OfType<FileEntry>().Where(e => e.IsFile).ToList(), cancellation);
        // See LocalDeletions: a hold doesn't end with the window.
        if (folder.Status.Hold is not { Incoming: true })
            _recent.Expire();
        var total = open.Index.Counts.Local.Files;
        if (!DeletionGuard.MustHold(files.Count + _recent.Count, total + _recent.Count, config.DeletionLimits))
        {
            _recent.Add(files);
            return false;
        }
        folder.Events.Publish(() => new EngineEvent.ChangesHeld(folder.Id, files.Count, total, Incoming: true));
        var hold = new ChangeHold(true, files.Count, total, [.. files.Take(MaxReportedNames).Select(f => f.Name)], folder.Parts.Time.GetUtcNow());
        folder.Status.Publish(s => s with { Hold = hold });
        return true;
    }
}
