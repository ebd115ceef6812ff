namespace FolderSync.Core.Model;

public enum FolderType
{
    SendReceive,
    SendOnly,
    ReceiveOnly,

    /// <summary>Only for a peer; refused here until encryption is implemented.</summary>
    ReceiveEncrypted,
}

/// <summary>A folder's ID, the same on both sides. Compared ordinally; <see cref="FolderIdText"/> decides which are valid.</summary>
public readonly record struct FolderId(string Value) : IComparable<FolderId>
{
    public int CompareTo(FolderId other) => string.CompareOrdinal(Value, other.Value);

    public override string ToString() => Value;
}

/// <summary>The content of a folder, counted: present files, directories, symlinks, tombstones, and bytes of file content.</summary>
public readonly record struct Counts(long Files, long Directories, long Symlinks, long Deleted, long Bytes)
{
    /// <summary>Everything, including tombstones.</summary>
    public long Items => Files + Directories + Symlinks + Deleted;

    public static Counts Of(FileEntry e) => e.Deleted
        ? new Counts(0, 0, 0, 1, 0)
        : e.Type switch
        {
            FileType.File => new Counts(1, 0, 0, 0, e.Size),
            FileType.Directory => new Counts(0, 1, 0, 0, 0),
            _ => new Counts(0, 0, 1, 0, 0),
        };

    public static Counts operator +(Counts a, Counts b) =>
        new(a.Files + b.Files, a.Directories + b.Directories, a.Symlinks + b.Symlinks, a.Deleted + b.Deleted, a.Bytes + b.Bytes);

    public static Counts operator -(Counts a, Counts b) =>
        new(a.Files - b.Files, a.Directories - b.Directories, a.Symlinks - b.Symlinks, a.Deleted - b.Deleted, a.Bytes - b.Bytes);
}
