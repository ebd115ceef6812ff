using System.Text.Json;
using System.Text.Json.Serialization;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Files deleted within the guard's window, by content, so that one whose content reappears isn't counted. Survives restarts: a service that
/// restarts between two halves of a disaster must see it as one. It has one owner.
/// </summary>
/// <param name="document">Its document in the state store.</param>
internal sealed partial class RecentFiles(EngineParts parts, string document)
{
    /// <summary>Beyond these only their number is kept.</summary>
    private const int MaxContents = 50_000;

    /// <summary>Beyond these only their number survives a restart.</summary>
    private const int MaxStoredContents = 1_000;

    private readonly Queue<Deletion> _deletions = new();
    private bool _isLoaded;
    private long _count;

    public long Count
    {
        get
        {
            Load();
            return _count;
        }
    }

    /// <summary>Forgets deletions older than the window.</summary>
    public void Expire()
    {
        Load();
        // On the monotonic clock: setting the clock ahead must not end the window.
        while (_deletions.TryPeek(out var oldest) && parts.Time.GetElapsedTime(oldest.Time) > DeletionGuard.Window)
        {
            _count -= oldest.Files;
            _deletions.Dequeue();
        }
    }

    public void Add(IReadOnlyCollection<FileEntry> files)
    {
        if (files.Count == 0)
            return;
        Load();
        var now = parts.Time.GetTimestamp();
        var room = Math.Max(0, MaxContents - _deletions.Count);
        foreach (var file in files.Take(room))
            _deletions.Enqueue(new Deletion(now, file.BlocksHash, 1));
        if (files.Count > room)
            _deletions.Enqueue(new Deletion(now, default, files.Count - room));
        _count += files.Count;
        Save();
    }

    /// <summary>Removes those whose content is in the folder again: they were moved, and the new name was noticed later.</summary>
    /// <returns>The number of remaining deletions.</returns>
    public long Forgive(Func<BlockHash, bool> isHere)
    {
        Load();
        for (var n = _deletions.Count; n > 0; n--)
        {
            var deletion = _deletions.Dequeue();
            if (!deletion.Content.IsNone && isHere(deletion.Content))
                _count -= deletion.Files;
            else
                _deletions.Enqueue(deletion);
        }
        return _count;
    }

    /// <summary>The user has decided about them.</summary>
    public void Clear()
    {
        Load();
        if (_count == 0)
            return;
        _deletions.Clear();
        _count = 0;
        Save();
    }

    private void Load()
    {
        if (_isLoaded)
            return;
        _isLoaded = true;
        var now = parts.Time.GetUtcNow();
        var timestamp = parts.Time.GetTimestamp();
        foreach (var stored in Read())
        {
            // If the clock was set back, the age is at least zero.
            var age = now > stored.Time ? now - stored.Time : TimeSpan.Zero;
            if (age > DeletionGuard.Window)
                continue;
            _deletions.Enqueue(new Deletion(
                timestamp - (long)(age.TotalSeconds * parts.Time.TimestampFrequency), stored.Content is { } hash ? new BlockHash(Convert.FromHexString(hash)) : default, stored.Files));
            _count += stored.Files;
        }
    }

    private IReadOnlyList<StoredDeletion> Read()
    {
        try
        {
            return parts.State.GetDocument(document) is { } text ? JsonSerializer.Deserialize(text, Json.Default.IReadOnlyListStoredDeletion) ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException)
        {
            // An unreadable window starts over.
            return [];
        }
    }

    private void Save()
    {
        var stored = new List<StoredDeletion>();
        foreach (var deletion in _deletions.Take(MaxStoredContents))
            stored.Add(new StoredDeletion(TimeOf(deletion), deletion.Content.IsNone ? null : deletion.Content.ToString(), deletion.Files));
        if (_deletions.Count > MaxStoredContents)
            stored.Add(new StoredDeletion(TimeOf(_deletions.Last()), null, _deletions.Skip(MaxStoredContents).Sum(d => d.Files)));
        try
        {
            parts.State.PutDocument(document, JsonSerializer.Serialize(stored, Json.Default.IReadOnlyListStoredDeletion));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The home's disk is full or read-only: the window still works while the service runs, and BestEffortState reports what isn't kept.
        }
    }

    private DateTimeOffset TimeOf(Deletion deletion) => parts.Time.GetUtcNow() - parts.Time.GetElapsedTime(deletion.Time);

    private readonly record struct Deletion(long Time, BlockHash Content, long Files);

    /// <param name="Content">Hexadecimal; null: unknown.</param>
    internal sealed record StoredDeletion(DateTimeOffset Time, string? Content, long Files);

    [JsonSerializable(typeof(IReadOnlyList<StoredDeletion>))]
    private sealed partial class Json : JsonSerializerContext;
}
