namespace FolderSync.Host.Service;

/// <summary>The log's last entries, and the last warnings and errors until they are cleared. Bounded. Thread-safe.</summary>
internal sealed class RecentLog(TimeProvider time, LogLevels levels) : ILoggerProvider
{
    private const int MaxEntries = 2000;
    private const int MaxErrors = 250;
    private const int MaxText = 4000;

    private readonly Lock _lock = new();
    private readonly Queue<LogEntry> _entries = new();
    private readonly Queue<LogEntry> _errors = new();
    private long _seq;

    public ILogger CreateLogger(string categoryName)
    {
        var area = LogLevels.AreaOf(categoryName);
        if (categoryName.StartsWith("FolderSync", StringComparison.Ordinal))
            levels.Note(area);
        return new Writer(this, area);
    }

    public IReadOnlyList<LogEntry> Entries(DateTimeOffset? since = null)
    {
        lock (_lock)
            return [.. _entries.Where(e => since is null || e.Time > since)];
    }

    /// <summary>Warnings and errors since they were cleared last.</summary>
    public IReadOnlyList<LogEntry> Errors(DateTimeOffset? since = null)
    {
        lock (_lock)
            return [.. _errors.Where(e => since is null || e.Time > since)];
    }

    public void ClearErrors()
    {
        lock (_lock)
            _errors.Clear();
    }

    public void Dispose()
    {
    }

    private void Add(LogLevel level, string area, string text)
    {
        if (text.Length > MaxText)
            text = text[..MaxText] + "…";
        lock (_lock)
        {
            var entry = new LogEntry(++_seq, time.GetUtcNow(), level, area, text);
            Keep(_entries, entry, MaxEntries);
            if (level >= LogLevel.Warning)
                Keep(_errors, entry, MaxErrors);
        }
    }

    private static void Keep(Queue<LogEntry> queue, LogEntry entry, int most)
    {
        queue.Enqueue(entry);
        if (queue.Count > most)
            queue.Dequeue();
    }

    private sealed class Writer(RecentLog owner, string area) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            owner.Add(logLevel, area, exception is null ? text : $"{text} [{exception.GetType().Name}: {exception.Message}]");
        }
    }
}
