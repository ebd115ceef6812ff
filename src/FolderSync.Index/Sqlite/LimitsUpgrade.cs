using FolderSync.Core.Decide;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// Earlier versions took entries from peers that no device takes now (<see cref="EntryLimits"/>), and made such vectors themselves. Once, when
/// their index is opened: peers of whom there is such an entry are asked for all of their index anew, so that it is refused as any other is;
/// this device's own get what fits.
/// </summary>
internal static class LimitsUpgrade
{
    private const int PageSize = 1000;

    /// <summary>Devices with an entry beyond the limits; this one's own names with one.</summary>
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
                var isTooLong = EntryLimits.WhyTooLong(record.Name.Value) is not null;
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

    /// <summary>What stands for this device's entry from now on: announced anew, over all that others know; null where its name can't be one.</summary>
    public static FileEntry? Mended(FileEntry entry, ShortId self, long unixSeconds)
    {
        if (EntryLimits.WhyTooLong(entry.Name.Value) is not null)
            return null;
        var isTargetTooLong = entry.SymlinkTarget is { } target && System.Text.Encoding.UTF8.GetByteCount(target) > EntryLimits.MaxTargetBytes;
        var mended = entry with
        {
            Platform = entry.Platform.Length > EntryLimits.MaxPlatformBytes ? default : entry.Platform,
            // No disk took such a link: it is here as an ignored one, of which nobody asks for the target.
            SymlinkTarget = isTargetTooLong ? null : entry.SymlinkTarget,
            Invalid = entry.Invalid || isTargetTooLong,
        };
        return entry.Version.IsEmpty ? mended : mended with { Version = EditVersion.Of(mended, entry.Version, self, unixSeconds) };
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
