using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Folders;

/// <summary>A peer's announced entries on their way into a folder's index.</summary>
/// <param name="RefusedInAll">How many the message had; <paramref name="Refused"/> may omit some of a flood.</param>
/// <param name="IsFull">The first batch of a full index: forget what was known about the peer.</param>
internal sealed record RemoteBatch(
    DeviceId Device, ulong IndexId, IReadOnlyList<FileEntry> Files, IReadOnlyList<RefusedEntry> Refused, int RefusedInAll, bool IsFull)
{
    private const int EntryOverhead = 400;

    /// <summary>What it takes in memory, approximately.</summary>
    public long Bytes { get; } = Files.Sum(BytesOf) + Refused.Sum(r => EntryOverhead + (2L * (r.Name.Length + r.Reason.Length)));

    /// <summary>Skips names that each device has for itself.</summary>
    public RemoteBatch WithoutInternal()
    {
        if (!Files.Any(f => InternalNames.IsInternal(f.Name)))
            return this;
        var files = new List<FileEntry>(Files.Count);
        var wrong = new List<RefusedEntry>();
        var places = new int[Files.Count + 1];
        for (var i = 0; i < Files.Count; i++)
        {
            places[i] = files.Count;
            if (InternalNames.IsInternal(Files[i].Name))
                wrong.Add(new RefusedEntry(Files[i].Name.Value, "The name is reserved for each device's own files.", Files[i].Name, Files[i].Sequence, files.Count));
            else
                files.Add(Files[i]);
        }
        places[^1] = files.Count;
        List<RefusedEntry> refused = [.. Refused.Select(r => r with { Place = places[r.Place] }).Concat(wrong).OrderBy(r => r.Place)];
        return this with { Files = files, Refused = refused, RefusedInAll = RefusedInAll + wrong.Count };
    }

    /// <summary>
    /// The entries to store, in order of arrival. In place of a refused entry it stores that the device no longer has what it announced for the
    /// name before: nobody takes that for its state, requests its blocks, or counts it as up to date.
    /// </summary>
    public List<FileEntry> ToStore()
    {
        var all = new List<FileEntry>(Files.Count + Refused.Count);
        var next = 0;
        for (var i = 0; i <= Files.Count; i++)
        {
            for (; next < Refused.Count && Refused[next].Place <= i; next++)
            {
                if (Refused[next] is { FileName: { } name, Sequence: var sequence })
                    all.Add(new FileEntry { Name = name, Deleted = true, Invalid = true, Sequence = sequence });
            }
            if (i < Files.Count)
                all.Add(Files[i]);
        }
        return all;
    }

    private static long BytesOf(FileEntry entry) =>
        EntryOverhead + (2L * (entry.Name.Value.Length + (entry.SymlinkTarget?.Length ?? 0))) + (entry.Blocks?.Hashes.Length ?? 0) + entry.Platform.Length +
        (16L * entry.Version.Counters.Length);

    /// <summary>True for what <see cref="ToStore"/> puts in place of a refused entry.</summary>
    public static bool IsRefused(FileEntry? entry) => entry is { Deleted: true, Invalid: true, Version.IsEmpty: true };
}
