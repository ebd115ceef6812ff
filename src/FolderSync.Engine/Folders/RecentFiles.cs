using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Hosting;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Files that something happened to within the guard's window, each once, with the content that they had: one whose content reappears isn't counted.
/// Survives restarts: a service that restarts between two halves of a disaster must see it as one. It has one owner.
/// </summary>
/// <param name="document">Its document in the state store.</param>
/// <param name="savedEvery">How much of it a kill may take.</param>
internal sealed partial class RecentFiles(EngineParts parts, string document, TimeSpan savedEvery = default)
{
    /// <summary>Beyond these only their number is kept.</summary>
    private const int MaxFiles = 50_000;

    /// <summary>Beyond these only their number survives a restart.</summary>
    private const int MaxStoredFiles = 1_000;

    private readonly StoredDocument<IReadOnlyList<StoredFile>> _document = new(parts, document, RecentJson.Default.IReadOnlyListStoredFile);
    private readonly Queue<RecentFile> _files = new();
    private readonly HashSet<ulong> _names = [];
    private bool _isLoaded;
    private bool _isHeld;
    private long? _savedAt;
    private long _count;
    private long _deleted;
    private long _new;

    public long Count
    {
        get
        {
            Load();
            return _count;
        }
    }

    /// <summary>Those of them that are deleted.</summary>
    public long Deleted
    {
        get
        {
            Load();
            return _deleted;
        }
    }

    /// <summary>Those of them that had come within the window themselves.</summary>
    public long New
    {
        get
        {
            Load();
            return _new;
        }
    }

    /// <summary>A decision about them is pending.</summary>
    public bool IsHeld
    {
        get
        {
            Load();
            return _isHeld;
        }
    }

    public bool Contains(FileName name)
    {
        Load();
        return _names.Contains(KeyOf(name));
    }

    /// <summary>Forgets what is older than the window, unless a decision about it is pending.</summary>
    public void Expire()
    {
        Load();
        // On the monotonic clock: setting the clock ahead must not end the window.
        while (!_isHeld && _files.TryPeek(out var oldest) && parts.Time.GetElapsedTime(oldest.Time) > DeletionGuard.Window)
            Drop(_files.Dequeue());
    }

    /// <param name="files">As they were before. One that is among them already keeps the content that it had first.</param>
    public void Add(IReadOnlyCollection<FileEntry> files, bool areDeleted, bool areNew = false)
    {
        if (files.Count == 0)
            return;
        Load();
        var now = parts.Time.GetTimestamp();
        var more = 0;
        foreach (var file in files)
        {
            var key = KeyOf(file.Name);
            if (_names.Contains(key))
                continue;
            if (_files.Count < MaxFiles)
                Keep(new RecentFile(now, key, file.BlocksHash, 1, areDeleted, areNew));
            else
                more++;
        }
        if (more > 0)
            Keep(new RecentFile(now, 0, default, more, areDeleted, areNew));
        SaveSometimes();
    }

    /// <summary>What happened to them is undone.</summary>
    public void Remove(IEnumerable<FileName> names)
    {
        if (names.Where(Contains).Select(KeyOf).ToHashSet() is { Count: > 0 } keys)
            RemoveWhere(f => keys.Contains(f.Name));
    }

    /// <summary>Removes those whose content is in the folder again: they were moved, and the new name was noticed later.</summary>
    /// <returns>The number of the remaining ones.</returns>
    public long Forgive(Func<BlockHash, bool> isHere)
    {
        Load();
        RemoveWhere(f => !f.Content.IsNone && isHere(f.Content));
        return _count;
    }

    /// <summary>A decision about them is pending: they stay until it is made, or is needed no more, whatever time and restarts it takes.</summary>
    public void Hold()
    {
        Load();
        if (_isHeld)
            return;
        _isHeld = true;
        Save();
    }

    public void Release()
    {
        Load();
        if (!_isHeld)
            return;
        _isHeld = false;
        Expire();
        Save();
    }

    /// <summary>The user has decided about them.</summary>
    public void Clear()
    {
        Load();
        if (_count == 0 && !_isHeld)
            return;
        _files.Clear();
        _names.Clear();
        (_count, _deleted, _new, _isHeld) = (0, 0, 0, false);
        Save();
    }

    private static ulong KeyOf(FileName name) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name.Value)));

    private void Keep(RecentFile file)
    {
        _files.Enqueue(file);
        if (file.Name != 0)
            _names.Add(file.Name);
        _count += file.Files;
        _deleted += file.IsDeleted ? file.Files : 0;
        _new += file.IsNew ? file.Files : 0;
    }

    private void Drop(RecentFile file)
    {
        _names.Remove(file.Name);
        _count -= file.Files;
        _deleted -= file.IsDeleted ? file.Files : 0;
        _new -= file.IsNew ? file.Files : 0;
    }

    private void RemoveWhere(Func<RecentFile, bool> isIt)
    {
        for (var n = _files.Count; n > 0; n--)
        {
            var file = _files.Dequeue();
            if (isIt(file))
                Drop(file);
            else
                _files.Enqueue(file);
        }
    }

    private void Load()
    {
        if (_isLoaded)
            return;
        _isLoaded = true;
        var now = parts.Time.GetUtcNow();
        var timestamp = parts.Time.GetTimestamp();
        var stored = _document.Read() ?? [];
        _isHeld = stored.Any(s => s.Held);
        foreach (var file in stored.Where(s => s.Files > 0))
        {
            // If the clock was set back, the age is at least zero.
            var age = now > file.Time ? now - file.Time : TimeSpan.Zero;
            if (age > DeletionGuard.Window && !_isHeld)
                continue;
            Keep(new RecentFile(
                timestamp - (long)(age.TotalSeconds * parts.Time.TimestampFrequency), file.Name is { } name ? ulong.Parse(name, NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0,
                file.Content is { } hash ? new BlockHash(Convert.FromHexString(hash)) : default, file.Files, file.Deleted, file.New));
        }
    }

    private void SaveSometimes()
    {
        if (savedEvery == default || _savedAt is not { } saved || parts.Time.GetElapsedTime(saved) >= savedEvery)
            Save();
    }

    private void Save()
    {
        _savedAt = parts.Time.GetTimestamp();
        var stored = new List<StoredFile>();
        foreach (var file in _files.Take(MaxStoredFiles))
        {
            var (content, name) = (file.Content.IsNone ? null : file.Content.ToString(), file.Name == 0 ? null : file.Name.ToString("x", CultureInfo.InvariantCulture));
            stored.Add(new StoredFile(TimeOf(file), content, file.Files, name, file.IsDeleted, file.IsNew));
        }
        foreach (var rest in _files.Skip(MaxStoredFiles).GroupBy(f => (f.IsDeleted, f.IsNew)))
            stored.Add(new StoredFile(TimeOf(rest.Last()), null, rest.Sum(f => f.Files), null, rest.Key.IsDeleted, rest.Key.IsNew));
        if (_isHeld)
            stored.Add(new StoredFile(parts.Time.GetUtcNow(), null, 0, Deleted: false, Held: true));
        _document.Write(stored);
    }

    private DateTimeOffset TimeOf(RecentFile file) => parts.Time.GetUtcNow() - parts.Time.GetElapsedTime(file.Time);

    /// <param name="Name">The beginning of the name's SHA-256; 0: unknown, or several files.</param>
    private readonly record struct RecentFile(long Time, ulong Name, BlockHash Content, long Files, bool IsDeleted, bool IsNew);

    /// <param name="Content">Hexadecimal; null: unknown.</param>
    /// <param name="Name">Hexadecimal; null: unknown.</param>
    /// <param name="Held">Not a file: a decision about all of them is pending.</param>
    internal sealed record StoredFile(DateTimeOffset Time, string? Content, long Files, string? Name = null, bool Deleted = true, bool New = false, bool Held = false);

    [JsonSerializable(typeof(IReadOnlyList<StoredFile>))]
    private sealed partial class RecentJson : JsonSerializerContext;
}
