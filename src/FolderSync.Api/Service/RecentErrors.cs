namespace FolderSync.Api.Service;

/// <summary>The latest warnings and errors of the log, until a client clears them. Bounded. Thread-safe.</summary>
internal sealed class RecentErrors
{
    private const int Kept = 250;

    private readonly Lock _lock = new();
    private readonly Queue<LogEntry> _entries = new();

    public RecentErrors(LogBuffer book) => book.Added += Add;

    public IReadOnlyList<LogEntry> All
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    public void Clear()
    {
        lock (_lock)
            _entries.Clear();
    }

    private void Add(LogEntry entry)
    {
        if (entry.Level < LogLevel.Warning)
            return;
        lock (_lock)
        {
            _entries.Enqueue(entry);
            if (_entries.Count > Kept)
                _entries.Dequeue();
        }
    }
}
