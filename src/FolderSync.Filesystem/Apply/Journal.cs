using System.Globalization;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// What a batch may leave at a temp name when it is killed. It is written before anything is displaced and removed when everything is durable. A
/// record has twelve fields, each terminated by NUL; a torn last record is ignored, since nothing had been displaced by then.
/// </summary>
/// <param name="Name">The step's target.</param>
/// <param name="From">The source of a move, null for other steps.</param>
/// <param name="NewInode">The inode of the new object; 0 when it isn't known in advance (links, directories).</param>
/// <param name="NewLink">The target of a new symlink.</param>
/// <param name="OldKind">Together with the three that follow: the object expected to be displaced.</param>
internal sealed record JournalRecord(
    FileName Name, FileName? From, FileTime FromModified, uint FromPermissions, ActionForExisting Displaced, ulong NewInode, string? NewLink,
    FileKind OldKind, long OldSize, FileTime OldModified, ulong OldInode, ShortId Winner);

internal sealed class Journal(IFileSystem disk)
{
    private const int Fields = 12;
    private const long MaxBytes = 256 << 20;

    /// <summary>True while the journal exists.</summary>
    public bool Exists => disk.Stat(TempName.Journal) is not null;

    /// <summary>Writes the journal. It isn't durable yet, unless the batch can't be synced as a whole.</summary>
    public void Write(IEnumerable<ApplyStep> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
            Append(text, step);
        using var file = TempFile.Open(disk, TempName.Journal);
        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes(text.ToString()), 0);
        if (disk.Traits.CanSyncAll)
            return;
        file.Sync();
        disk.SyncDirectory(LocalPath.Root);
    }

    public void Remove() => TempFile.Clear(disk, TempName.Journal);

    /// <summary>The records of an earlier run. Records that don't parse are skipped, and a journal that another user may have written has none.</summary>
    public List<JournalRecord> Read()
    {
        if (disk.Stat(TempName.Journal) is not { Kind: FileKind.File, Links: 1 })
            return [];
        using var file = disk.OpenRead(TempName.Journal);
        if (file.Stat() is not { Links: 1 } stat || !TempFile.IsOwn(disk, TempName.Journal, stat))
            return [];
        var bytes = new byte[(int)Math.Min(file.Stat().Size, MaxBytes)];
        var read = 0;
        for (int n; read < bytes.Length && (n = file.Read(bytes.AsSpan(read), read)) > 0;)
            read += n;
        var fields = Encoding.UTF8.GetString(bytes, 0, read).Split('\0');
        var records = new List<JournalRecord>();
        for (var i = 0; i + Fields < fields.Length; i += Fields)
        {
            if (Parse(fields.AsSpan(i, Fields)) is { } record)
                records.Add(record);
        }
        return records;
    }

    /// <summary>True for a step during which content exists only at a temp name.</summary>
    public static bool Concerns(ApplyStep step) => step switch
    {
        ApplyStep.SetMetadata => false,
        ApplyStep.Move => true,
        _ => step.Expected is { Deleted: false, Type: not FileType.Directory },
    };

    private static void Append(StringBuilder text, ApplyStep step)
    {
        var from = (step as ApplyStep.Move)?.From;
        var old = step.Expected is { Deleted: false } expected ? expected : null;
        var inode = step is ApplyStep.PlaceFile place ? place.Staged.Finished?.Inode ?? 0 : from?.Disk.Inode ?? 0;
        string[] fields =
        [
            step.Target.Name.Value, from?.Name.Value ?? "", Text(from is null ? default : DiskTime(from)), Text(from?.Permissions ?? 0),
            Text((int)step.Displaced), Text(inode), step.Target.SymlinkTarget ?? "",
            Text((int)(old?.Type ?? FileType.File)), Text(old?.Size ?? -1), Text(old is null ? default : DiskTime(old)),
            Text(old?.Disk.Inode ?? 0), Text(step.Target.ModifiedBy.Value),
        ];
        foreach (var field in fields)
            text.Append(field).Append('\0');
    }

    private static JournalRecord? Parse(ReadOnlySpan<string> fields)
    {
        if (!FileName.TryParse(fields[0], out var name, out _))
            return null;
        FileName? from = FileName.TryParse(fields[1], out var parsed, out _) ? parsed : null;
        return Number(fields[3]) is { } fromPermissions && Number(fields[4]) is { } displaced and <= (int)ActionForExisting.Conflict &&
               Number(fields[5]) is { } inode && Number(fields[7]) is { } oldKind and <= (int)FileKind.Symlink &&
               long.TryParse(fields[8], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var oldSize) &&
               Number(fields[10]) is { } oldInode && Number(fields[11]) is { } winner &&
               Time(fields[2]) is { } fromModified && Time(fields[9]) is { } oldModified
            ? new JournalRecord(name, from, fromModified, (uint)fromPermissions & 0x1FF, (ActionForExisting)displaced, inode,
                fields[6].Length > 0 ? fields[6] : null, (FileKind)oldKind, oldSize, oldModified, oldInode, new ShortId(winner))
            : null;
    }

    private static FileTime DiskTime(FileEntry entry) => entry.Disk != default ? entry.Disk.Modified : entry.Modified;

    private static string Text<T>(T number) where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(FileTime time) => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds}");

    private static ulong? Number(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static FileTime? Time(string text) =>
        text.IndexOf('.', StringComparison.Ordinal) is var dot and > 0 &&
        long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) &&
        int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var nanoseconds)
            ? new FileTime(seconds, nanoseconds)
            : null;
}
