using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>What a device logs, with its exceptions.</summary>
internal sealed class CollectedLog : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text, Exception? Exception)> _entries = [];

    /// <summary>Errors logged with an exception, and so with a stack.</summary>
    public IReadOnlyList<Exception> Faults => [.. _entries.Where(e => e.Level >= LogLevel.Error).Select(e => e.Exception).OfType<Exception>()];

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

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _entries.Add((logLevel, formatter(state, exception), exception));
}
