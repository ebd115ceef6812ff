using Microsoft.Extensions.Logging;

namespace FolderSync.Simulator.World;

/// <summary>What a device logs, with its exceptions.</summary>
internal sealed class CollectedLog : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text, Exception? Exception)> _entries = [];

    /// <summary>Errors logged with an exception, and so with a stack.</summary>
    public IReadOnlyList<Exception> Faults => [.. _entries.Where(e => e.Level >= LogLevel.Error).Select(e => e.Exception).OfType<Exception>()];

    /// <summary>Of warnings, too.</summary>
    public IReadOnlyList<Exception> Exceptions => [.. _entries.Select(e => e.Exception).OfType<Exception>()];

    /// <summary>Called with each text before it is taken; throws to make whoever logs it fail.</summary>
    public Action<string>? BeforeEntry { get; set; }

    public IReadOnlyList<string> Texts => [.. _entries.Select(e => e.Text)];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var text = formatter(state, exception);
        BeforeEntry?.Invoke(text);
        _entries.Add((logLevel, text, exception));
    }
}
