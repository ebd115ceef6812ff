using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Finds states that two computers made under one device ID and that their versions don't tell apart, keeps this device's beside the other one, and
/// reports what the cause is. Belongs to the folder's context.
/// </summary>
/// <param name="announced">To each device, before the folder was opened.</param>
internal sealed class ForkedVersions(OpenFolder open, LocalIndexWriter writer, IReadOnlyDictionary<DeviceId, long> announced)
{
    /// <summary>A message names this many files.</summary>
    private const int MaxNamed = 3;

    private ConfiguredFolder Folder => open.Folder;

    private DeviceId SelfId => Folder.Parts.Self;

    private ShortId Self => SelfId.Short;

    /// <summary>
    /// Compares a batch with what is here, before it is stored: from then on theirs could replace what it doesn't know of.
    /// </summary>
    public async Task SeparateAsync(DeviceId device, IReadOnlyList<FileEntry> theirs, CancellationToken cancellation)
    {
        var found = await open.RunAsync(() => theirs.Select(t => (Theirs: t, Kind: KindOf(open.Index.FindLocal(t.Name), device, t))).Where(f => f.Kind != Kind.None).ToList(), cancellation);
        if (found.Count == 0)
            return;
        var forks = found.Where(f => f.Kind is not Kind.UnknownEdit).Select(f => f.Theirs).ToList();
        if (forks.Count > 0)
            await writer.CommitAsync(index => [.. forks.Select(t => Separated(index.FindLocal(t.Name), device, t)).OfType<FileEntry>()], cancellation);
        foreach (var fork in forks)
            Log.Forked(Folder.Log, Folder.DisplayName, fork.Name, fork.ModifiedBy);
        foreach (var maker in found.Where(f => f.Kind != Kind.OtherMaker).GroupBy(f => f.Kind == Kind.SameVersion ? f.Theirs.ModifiedBy : Self))
            Report(maker.Key, [.. maker.Where(f => f.Kind != Kind.UnknownEdit).Select(f => f.Theirs.Name)], [.. maker.Select(f => f.Theirs.Name)]);
    }

    /// <summary>A local change that a scan found, beside what is known of another computer's edits under this device's ID.</summary>
    /// <param name="known">What was recorded before.</param>
    public FileEntry Beside(FileEntry change, FileEntry? known, FileEntry? global)
    {
        if (global is null)
            return change;
        if (known is null && global.Version[Self] > (ulong)Math.Max(0, open.IndexSince))
            return VersionFork.BesideUnknownEdit(change, VersionVector.Empty, global, Self);
        return known is { IsInvalid: false, Version.IsEmpty: false } ? VersionFork.BesideUnknownEdit(change, known.Version, global, Self) : change;
    }

    private Kind KindOf(FileEntry? mine, DeviceId device, FileEntry theirs)
    {
        if (mine is not null && VersionFork.IsContradiction(mine, theirs))
            return VersionFork.IsOfOneDevice(mine, theirs) ? Kind.SameVersion : Kind.OtherMaker;
        // What was un-ignored, reverted or given up has no version; an edit from before this index existed is not in it.
        if (mine is { IsInvalid: true } or { Version.IsEmpty: true } || theirs.Version[Self] <= (ulong)Math.Max(0, open.IndexSince) ||
            !VersionFork.HasUnknownEdit(mine?.Version ?? VersionVector.Empty, theirs, Self))
        {
            return Kind.None;
        }
        return mine is not null && IsRecent(mine, device) && VersionFork.IsOverlooked(mine, theirs, Self) ? Kind.Overlooked : Kind.UnknownEdit;
    }

    /// <summary>
    /// Of a home that was restored from a backup, what was not edited since may be replaced by what this device made later. What was recorded since the
    /// folder was opened is no such thing, nor what was never announced to that device; and where another computer has shown, nothing is.
    /// </summary>
    private bool IsRecent(FileEntry mine, DeviceId device) =>
        mine.Sequence > open.SequenceAtOpening || (announced.TryGetValue(device, out var sequence) && mine.Sequence > sequence) || Folder.Shared.Identities.IsShared(SelfId);

    private FileEntry? Separated(FileEntry? mine, DeviceId device, FileEntry theirs) => KindOf(mine, device, theirs) switch
    {
        Kind.SameVersion or Kind.OtherMaker => VersionFork.BesideContradiction(mine!, theirs),
        Kind.Overlooked => VersionFork.BesideUnknownEdit(mine!, theirs, Self),
        _ => null,
    };

    /// <param name="kept">Files of which both contents are kept.</param>
    private void Report(ShortId maker, IReadOnlyList<FileName> kept, IReadOnlyList<FileName> all)
    {
        // A device that is no longer configured has no ID here; its edits stay.
        if (DeviceOf(maker) is { } device)
            Folder.Shared.Identities.Report(device, Folder.Id, Describe(device, kept.Count > 0 ? kept : all, isKept: kept.Count > 0), isCertain: kept.Count > 0);
    }

    private string Describe(DeviceId device, IReadOnlyList<FileName> names, bool isKept)
    {
        var files = string.Join(", ", names.Take(MaxNamed).Select(n => $"'{n}'")) + (names.Count > MaxNamed ? $" and {names.Count - MaxNamed:N0} more" : "");
        var who = device == SelfId ? $"this device's ID, {device}," : $"the device ID {device}";
        return isKept
            ? $"Two computers use {who} and have edited {files} each for itself. Both contents are kept, one of them as a conflict copy."
            : $"Another computer uses {who} and has edited {files}. If this one was just restored from a backup, nothing is to be done; otherwise two computers have one identity.";
    }

    private DeviceId? DeviceOf(ShortId maker) => maker == Self ? SelfId : Folder.Config.Devices.Where(d => d.Short == maker).Select(d => (DeviceId?)d).FirstOrDefault();

    private enum Kind
    {
        None,

        /// <summary>One vector, two states, one maker.</summary>
        SameVersion,

        /// <summary>One vector, two states of two makers: two devices resolved a conflict, one of them knowing less.</summary>
        OtherMaker,

        /// <summary>An edit under this device's ID that it doesn't know, which would replace an edit that it doesn't know.</summary>
        Overlooked,

        /// <summary>An edit under this device's ID that it doesn't know; nothing here is lost by it.</summary>
        UnknownEdit,
    }
}
