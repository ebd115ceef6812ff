using FolderSync.Core.Model;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Queries;

/// <summary>A kept version and its key for restoring and removing.</summary>
public readonly record struct FolderVersion(KeptVersion Version, string Key);

public enum BrowsedState
{
    InSync,

    /// <summary>Others have it, or a different version of it; for a directory: something below it.</summary>
    Needed,
    Ignored,

    /// <summary>Only here: changed in a receive-only folder, or not scanned yet.</summary>
    LocalOnly,

    /// <summary>A conflict copy.</summary>
    Conflict,
}

public readonly record struct BrowsedItem(string Leaf, FileType Type, long Size, FileTime Modified, BrowsedState State);

/// <param name="Total">The number of items of the level.</param>
public sealed record BrowsedLevel(long Total, IReadOnlyList<BrowsedItem> Items);

/// <param name="Pattern">The deciding pattern with its file and line; null for names that are never synced.</param>
public readonly record struct IgnoredName(FileName Name, FileType Type, string? Pattern);

/// <param name="Error">What is wrong with the patterns; null if they are valid.</param>
/// <param name="Line">Counted from 1; null when the error is in an included file.</param>
/// <param name="Total">The number of ignored names; a fully ignored directory counts once.</param>
/// <param name="Files">Files that would be ignored, including those below such directories.</param>
public sealed record IgnoredPreview(string? Error, int? Line, long Total, IReadOnlyList<IgnoredName> Items, long Files, long Bytes);

/// <summary>The folder's ignore patterns.</summary>
/// <param name="Lines">The lines of the file.</param>
/// <param name="Expanded">Including the content of included files.</param>
/// <param name="Error">Why they are invalid, or null.</param>
public readonly record struct IgnoreText(IReadOnlyList<string> Lines, IReadOnlyList<string> Expanded, string? Error);
