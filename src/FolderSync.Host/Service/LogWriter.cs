using System.Globalization;
using FolderSync.Core.Text;

namespace FolderSync.Host.Service;

/// <summary>Writes the log to standard error, one line per entry, without control sequences.</summary>
/// <param name="journal">systemd reads it: write its level prefix and no time.</param>
internal sealed class LogWriter(TextWriter writer, TimeProvider time, bool journal) : ILoggerProvider
{
    private readonly Lock _lock = new();

    /// <summary>True when systemd's journal receives standard error.</summary>
    public static bool IsJournal(Func<string, string?> environment) => environment("JOURNAL_STREAM") is { Length: > 0 };

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void Dispose()
    {
    }

    private void Write(LogLevel level, string area, string message, Exception? exception)
    {
        var text = PrintableText.Escape(exception is null ? message : $"{message} [{exception.GetType().Name}: {exception.Message}]");
        var line = journal
            ? $"<{Priority(level)}>{area}: {text}"
            : string.Create(CultureInfo.InvariantCulture, $"{time.GetLocalNow():yyyy-MM-dd HH:mm:ss.fff} {Word(level)} {area}: {text}");
        lock (_lock)
        {
            try
            {
                writer.WriteLine(line);
                // A bug's stack trace is for its fixer: on several lines, below the entry.
                if (exception is not null && level >= LogLevel.Error)
                    writer.WriteLine(exception.StackTrace);
                writer.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
            {
                // The disk is full, or the terminal or reader is gone: logging must not fail for that. The page shows the log, too.
            }
        }
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRC",
        LogLevel.Debug => "DBG",
        LogLevel.Information => "INF",
        LogLevel.Warning => "WRN",
        LogLevel.Error => "ERR",
        _ => "CRT",
    };

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => 7,
        LogLevel.Information => 6,
        LogLevel.Warning => 4,
        LogLevel.Error => 3,
        _ => 2,
    };

    private sealed class Writer(LogWriter owner, string area) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner.Write(logLevel, area, formatter(state, exception), exception);
    }
}
