using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// Migrates the index of earlier versions, which accepted entries that no device accepts now (<see cref="EntryLimits"/>) and made such vectors
/// themselves. Runs once, when the index is opened: peers with such an entry are asked for their full index, which is then checked as usual; this
/// device's own entries are changed to fit.
/// </summary>
internal static class LimitsMigration
{
    private const int PageSize = 1000;

    /// <summary>Devices with an entry beyond the limits, and this device's own names with one.</summary>
    public static (List<DeviceId> Remotes, List<FileName> Own) Find(IndexConnection db, DeviceSlots slots)
    {
        var remotes = new SortedSet<DeviceId>();
        var own = new List<FileName>();
        byte[] after = [];
        while (ReadPage(db, after) is { Count: > 0 } page)
        {
            after = page[^1].Key;
            foreach (var record in page)
            {
                var isTooLong = EntryLimits.ValidateLength(record.Name.Value) is not null;
                for (var i = 0; i < record.Versions.Count; i++)
                {
                    if (!isTooLong && IsWithinLimits(record.Entry(i, null)))
                        continue;
                    if (record.Versions[i].Slot == NameRecord.SelfSlot)
                        own.Add(record.Name);
                    else
                        remotes.Add(slots[record.Versions[i].Slot]);
                }
            }
        }
        return ([.. remotes], own);
    }

    /// <summary>The replacement for this device's entry, announced anew over everything that others know; null when its name is invalid.</summary>
    public static FileEntry? Repair(FileEntry entry, ShortId self, long unixSeconds)
    {
        if (EntryLimits.ValidateLength(entry.Name.Value) is not null)
            return null;
        var isTargetTooLong = entry.SymlinkTarget is { } target && System.Text.Encoding.UTF8.GetByteCount(target) > EntryLimits.MaxTargetBytes;
        var mended = entry with
        {
            Platform = entry.Platform.Length > EntryLimits.MaxPlatformBytes ? default : entry.Platform,
            // No disk accepted such a link: it exists as an ignored entry, whose target nobody needs.
            SymlinkTarget = isTargetTooLong ? null : entry.SymlinkTarget,
            Invalid = entry.Invalid || isTargetTooLong,
        };
        return entry.Version.IsEmpty ? mended : mended with { Version = EditVersion.ForEdit(mended, entry.Version, self, unixSeconds) };
    }

    private static bool IsWithinLimits(FileEntry entry) =>
        entry.Version.IsWithinLimits && entry.Platform.Length <= EntryLimits.MaxPlatformBytes &&
        (entry.SymlinkTarget is null || System.Text.Encoding.UTF8.GetByteCount(entry.SymlinkTarget) <= EntryLimits.MaxTargetBytes);

    private static List<NameRecord> ReadPage(IndexConnection db, byte[] after)
    {
        var page = new List<NameRecord>();
        var statement = db.Prepare("SELECT key, record FROM names WHERE key>? ORDER BY key LIMIT ?").Bind(1, after).Bind(2, PageSize);
        try
        {
            while (statement.Step())
                page.Add(NameRecord.Read(statement.Blob(0).ToArray(), statement.Blob(1)));
            return page;
        }
        finally
        {
            statement.Reset();
        }
    }
}
