using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Queries;

/// <summary>A kept version and the key that restoring and removing take.</summary>
public readonly record struct FolderVersion(KeptVersion Version, string Key);

public enum BrowsedState
{
    InSync,

    /// <summary>Others have it, or have it otherwise; for a directory: something below it.</summary>
    Needed,
    Ignored,

    /// <summary>Only here: changed in a receive-only folder, or not scanned yet.</summary>
    LocalOnly,

    /// <summary>A conflict copy.</summary>
    Conflict,
}

public readonly record struct BrowsedItem(string Leaf, FileType Type, long Size, FileTime Modified, BrowsedState State);

/// <param name="Total">Items of the level.</param>
public sealed record BrowsedLevel(long Total, IReadOnlyList<BrowsedItem> Items);

/// <param name="Pattern">What decides, with its file and line; null for names that are never synced.</param>
public readonly record struct IgnoredName(FileName Name, FileType Type, string? Pattern);

/// <param name="Error">What is wrong with the patterns; null where they can be used.</param>
/// <param name="Line">Counted from 1; null where the error is in an included file.</param>
/// <param name="Total">Of ignored names; a directory below which all is ignored stands for all of it.</param>
/// <param name="Files">That would be ignored, below such directories too.</param>
public sealed record IgnoredPreview(string? Error, int? Line, long Total, IReadOnlyList<IgnoredName> Items, long Files, long Bytes);

/// <summary>The folder's ignore patterns.</summary>
/// <param name="Lines">As they stand in the file.</param>
/// <param name="Expanded">With what the file includes.</param>
/// <param name="Error">Why they can't be used; null where they can.</param>
public readonly record struct IgnoreText(IReadOnlyList<string> Lines, IReadOnlyList<string> Expanded, string? Error);
