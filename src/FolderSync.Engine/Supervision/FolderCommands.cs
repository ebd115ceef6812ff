using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem.Apply;
using FolderSync.Index;

namespace FolderSync.Engine.Supervision;

/// <summary>Commands on the entries of a running folder. On the folder's context.</summary>
internal sealed class FolderCommands(OpenOwners owners, LastingOwners lasting, CancellationToken cancellation)
{
    private const int PageSize = 500;
    private const int MaxRemovedAtOnce = 256;

    private ConfiguredFolder Folder => owners.Open.Folder;

    private IFolderIndex Index => owners.Open.Index;

    private ShortId Self => Folder.Parts.Self.Short;

    /// <summary>Send-only: makes this device's state newer than all other versions.</summary>
    public async Task OverrideAsync()
    {
        if (Folder.Config.Type != FolderType.SendOnly)
            throw new EngineException($"Only a send-only folder can be overridden; {Folder.DisplayName} is not one.");
        await owners.Root.EnsureAsync(cancellation);
        await OverrideAsync(_ => true);
    }

    /// <summary>Receive-only: undoes local changes; files that exist only here become versions.</summary>
    public async Task RevertAsync()
    {
        if (Folder.Config.Type != FolderType.ReceiveOnly)
            throw new EngineException($"Only a receive-only folder can be reverted; {Folder.DisplayName} is not one.");
        await owners.Root.EnsureAsync(cancellation);
        var changed = new List<FileEntry>();
        while (Index.ReceiveOnlyChanged(changed.Count == 0 ? default : changed[^1].Name, PageSize) is { Count: > 0 } page)
            changed.AddRange(page);
        await RemoveAddedAsync(changed);
        // Without a version the entries lose against all others: the global versions are pulled over them. What could not be removed stays a change.
        await owners.Writer.CommitAsync(
            index => [.. changed.Select(c => index.FindLocal(c.Name)).OfType<FileEntry>().Where(c => (c.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0 && (c.Deleted || !IsOnlyHere(c.Name)))
                .Select(c => c with { Version = VersionVector.Empty, LocalFlags = LocalFlags.None })],
            cancellation);
        Folder.PullWake.Set();
    }

    /// <summary>The user's decision about held changes: carries them out, or takes them back.</summary>
    public async Task DecideHeldChangesAsync(bool accept)
    {
        var held = Folder.Status.Hold ?? throw new EngineException("Nothing is held in this folder.");
        await owners.Root.EnsureAsync(cancellation);
        if (held.Incoming)
        {
            if (accept)
                await lasting.Incoming.AcceptAsync(owners.Open, cancellation);
            else
                await TakeBackAsync();
            Folder.PullWake.Set();
            return;
        }
        if (accept)
            lasting.Deletions.Confirm();
        else
            await BringBackAsync();
        lasting.Scans.Request([]);
    }

    /// <summary>Announces again what is to stay, so that it is restored for everyone.</summary>
    private async Task TakeBackAsync()
    {
        var kept = new HashSet<FileName>();
        await OverrideAsync(n => IsTakenBack(n, kept));
        lasting.Incoming.OnDecided();
    }

    /// <param name="kept">Collects what a directory should have taken the name of: what others have below that goes.</param>
    private bool IsTakenBack(NeededItem needed, HashSet<FileName> kept)
    {
        var decision = PullDecision.For(needed.Local, needed.Global, Folder.Config.Type, Folder.Config.IgnoreDelete);
        if (lasting.Incoming.Replaces(needed.Local, decision))
        {
            if (needed.Global.IsDirectory)
                kept.Add(needed.Global.Name);
            return true;
        }
        return needed.Local is null or { Deleted: true } && !needed.Global.Deleted && IsBelow(needed.Global.Name, kept);
    }

    private static bool IsBelow(FileName name, HashSet<FileName> directories)
    {
        for (var at = name.Parent; directories.Count > 0 && !at.IsRoot; at = at.Parent)
        {
            if (directories.Contains(at))
                return true;
        }
        return false;
    }

    private async Task OverrideAsync(Func<NeededItem, bool> which)
    {
        var after = default(FileName);
        while (Index.Needed(after, PageSize) is { Count: > 0 } page)
        {
            after = page[^1].Global.Name;
            var present = await PresentAsync(page);
            await owners.Writer.CommitAsync(_ => [.. page.Where(n => which(n) && !present.Contains(n.Global.Name)).Select(Overridden)], cancellation);
        }
    }

    /// <summary>What is not in the index and is on the disk all the same (it could not be read, or is new): others must not hear that it is deleted.</summary>
    private Task<HashSet<FileName>> PresentAsync(IReadOnlyList<NeededItem> page) => owners.Open.RunAsync(
        () => page.Where(n => n.Local is null or { Deleted: true } && !n.Global.Deleted && !owners.Open.IsGone(n.Global.Name)).Select(n => n.Global.Name).ToHashSet(), cancellation);

    private FileEntry Overridden(NeededItem needed)
    {
        var mine = needed.Local ?? LocalChange.Tombstone(needed.Global, Folder.NowSeconds);
        return mine with { Version = EditVersion.ForMergedEdit(mine, mine.Version, needed.Global.Version, Self, Folder.NowSeconds), Origin = null, ModifiedBy = Self };
    }

    /// <summary>Without a version the entries of missing files lose against all others, so that the files are restored.</summary>
    private async Task BringBackAsync()
    {
        await owners.Open.RunAsync(() => lasting.Mounts.Accept(owners.Open.Disk), cancellation);
        var gone = new HashSet<FileName>();
        var after = default(FileName);
        while (Index.LocalPage(default, after, PageSize, withBlocks: false) is { Count: > 0 } page)
        {
            after = page[^1].Name;
            gone.UnionWith(await owners.Open.RunAsync(() => page.Where(e => owners.Open.IsGone(e.Name)).Select(e => e.Name).ToList(), cancellation));
        }
        await owners.Writer.CommitAsync(
            index => [.. gone.Order().Select(index.FindLocal).OfType<FileEntry>().Select(e => LocalChange.Tombstone(e, e.Modified.Seconds) with { Version = VersionVector.Empty })],
            cancellation);
        Folder.Status.Publish(s => s with { Hold = null });
        Folder.PullWake.Set();
    }

    /// <summary>Files added here that nobody else has, deepest first. Disk and index change as one step, as everywhere.</summary>
    private async Task RemoveAddedAsync(IReadOnlyList<FileEntry> changed)
    {
        var added = changed.Where(c => !c.Deleted && IsOnlyHere(c.Name)).Reverse().ToList();
        foreach (var part in added.Chunk(MaxRemovedAtOnce))
        {
            IReadOnlyList<ApplyResult> results = [];
            await owners.Writer.CommitAsync(
                index =>
                {
                    results = owners.Open.Applier.Apply([.. part.Select(p => index.FindLocal(p.Name)).OfType<FileEntry>().Select(Removal)]);
                    return [.. results.OfType<ApplyResult.Done>().Select(d => d.Step.Target with { Version = VersionVector.Empty })];
                },
                cancellation);
            Folder.Status.AddScanProblems([.. results.OfType<ApplyResult.Failed>().Select(f => f.Problem)]);
            // It differs from the index: it was edited, so it is an edit to be found.
            if (results.OfType<ApplyResult.LocallyChanged>().SelectMany(c => c.Rescan).ToList() is { Count: > 0 } edited)
                lasting.Scans.Request(edited);
        }
    }

    private ApplyStep Removal(FileEntry added) => new ApplyStep.Remove(LocalChange.Tombstone(added, Folder.NowSeconds), added, owners.Open.DisplacedByVersioning);

    private bool IsOnlyHere(FileName name) => Index.Versions(name).All(v => v.Device == Folder.Parts.Self || v.Entry.Deleted || v.Entry.IsInvalid);
}
