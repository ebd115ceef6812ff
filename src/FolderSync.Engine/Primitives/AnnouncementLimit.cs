namespace FolderSync.Engine.Primitives;

/// <summary>Entries of this device that aren't announced yet.</summary>
/// <param name="After">Those with a higher sequence.</param>
/// <param name="Until">At the latest.</param>
internal sealed record AnnouncementLimit(long After, Deadline Until);
