using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using FolderSync.Core.Text;
using FolderSync.Index;

namespace FolderSync.Api.Service;

/// <summary>A log entry as the page and the command line show it.</summary>
/// <param name="Seq">Ascends from 1 since the service started.</param>
public sealed record LogEntry(long Seq, DateTimeOffset Time, LogLevel Level, string Area, string Text);

/// <summary>The latest log entries, bounded and in memory, and the log level of each area. Thread-safe.</summary>
public sealed class LogBuffer(TimeProvider time, LogLevel normal) : ILoggerProvider
{
    public const int Kept = 5000;
    private const int MaxText = 4000;
    private const string Document = "log-levels";

    private static readonly (string Prefix, string Area)[] Areas =
    [
        ("FolderSync.Engine.Folders", "folders"),
        ("FolderSync.Engine.Peers", "peers"),
        ("FolderSync.Index", "index"),
        ("FolderSync.Network", "network"),
        ("FolderSync.Filesystem", "disk"),
        ("FolderSync.Protocol", "network"),
        ("FolderSync.Api.Rest", "rest"),
        ("FolderSync.Api.Events", "rest"),
        ("Microsoft.AspNetCore", "web"),
    ];

    private readonly Lock _lock = new();
    private readonly Queue<LogEntry> _entries = new();
    private FrozenDictionary<string, LogLevel> _levels = AllAreas().ToFrozenDictionary(a => a, a => Normal(a, normal));
    private long _last;

    /// <summary>Raised for each entry, on the thread that logs. Handlers must be quick, must not throw and must not log.</summary>
    public event Action<LogEntry>? Added;

    /// <summary>The area that a logger's category belongs to.</summary>
    public static string AreaOf(string category)
    {
        foreach (var (prefix, area) in Areas)
        {
            if (category.StartsWith(prefix, StringComparison.Ordinal))
                return area;
        }
        return category.StartsWith("Microsoft", StringComparison.Ordinal) ? "web" : "service";
    }

    public static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "none",
    };

    public static bool TryLevel(string word, out LogLevel level)
    {
        foreach (var one in Enum.GetValues<LogLevel>())
        {
            if (LevelName(one) == word)
            {
                level = one;
                return true;
            }
        }
        level = default;
        return false;
    }

    /// <summary>Maps areas to their lowest logged level.</summary>
    public IReadOnlyDictionary<string, LogLevel> Levels => _levels;

    public bool IsLogged(string category, LogLevel level) => level >= _levels[AreaOf(category)];

    /// <summary>Sets the levels of some areas and stores them for the next start.</summary>
    public void SetLevels(IReadOnlyDictionary<string, LogLevel> levels, IStateStore state)
    {
        Append(levels);
        var kept = _levels.Where(l => l.Value != Normal(l.Key, normal)).ToDictionary(l => l.Key, l => LevelName(l.Value));
        state.PutDocument(Document, JsonSerializer.Serialize(kept, LogLevelsJson.Default.DictionaryStringString));
    }

    /// <summary>Loads the levels that <see cref="SetLevels"/> stored.</summary>
    public void Load(IStateStore state)
    {
        if (state.GetDocument(Document) is not { } text)
            return;
        try
        {
            var levels = new Dictionary<string, LogLevel>();
            foreach (var (area, word) in JsonSerializer.Deserialize(text, LogLevelsJson.Default.DictionaryStringString) ?? [])
            {
                if (TryLevel(word ?? "", out var level))
                    levels[area] = level;
            }
            Append(levels);
        }
        catch (JsonException)
        {
            // Written by another version: keep the default levels.
        }
    }

    /// <summary>The latest <paramref name="limit"/> entries after <paramref name="since"/>, oldest first.</summary>
    public IReadOnlyList<LogEntry> Since(long since, int limit)
    {
        lock (_lock)
            return [.. _entries.Where(e => e.Seq > since).TakeLast(limit)];
    }

    public ILogger CreateLogger(string categoryName) => new Writer(this, AreaOf(categoryName));

    public void Dispose()
    {
    }

    private void Append(IReadOnlyDictionary<string, LogLevel> levels) =>
        _levels = _levels.ToFrozenDictionary(l => l.Key, l => levels.TryGetValue(l.Key, out var level) ? level : l.Value);

    private static LogLevel Normal(string area, LogLevel normal) => area == "web" && normal < LogLevel.Warning ? LogLevel.Warning : normal;

    private static IEnumerable<string> AllAreas() => Areas.Select(a => a.Area).Append("service").Distinct();

    private void Add(LogLevel level, string area, string text)
    {
        text = PrintableText.Escape(text.Length > MaxText ? text[..MaxText] : text);
        LogEntry entry;
        lock (_lock)
        {
            entry = new LogEntry(++_last, time.GetUtcNow(), level, area, text);
            while (_entries.Count >= Kept)
                _entries.Dequeue();
            _entries.Enqueue(entry);
        }
        Added?.Invoke(entry);
    }

    private sealed class Writer(LogBuffer book, string area) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var text = formatter(state, exception);
            book.Add(logLevel, area, exception is null ? text : $"{text} [{exception.GetType().Name}: {exception.Message}]");
        }
    }
}

/// <summary>The levels as they are kept: area → word.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class LogLevelsJson : JsonSerializerContext;
