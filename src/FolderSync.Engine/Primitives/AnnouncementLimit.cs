namespace FolderSync.Engine.Primitives;

/// <summary>Entries of this device that are not announced yet.</summary>
/// <param name="After">Those of a higher sequence.</param>
/// <param name="Until">At the latest.</param>
internal sealed record AnnouncementLimit(long After, Deadline Until);
