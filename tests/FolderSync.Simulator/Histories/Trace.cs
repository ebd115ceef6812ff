using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FolderSync.Simulator.Histories;

/// <summary>A log of what happened, with the milliseconds of the virtual clock: the same text for the same history.</summary>
/// <param name="isDetailed">Includes the pauses, the devices' logs, and their folders.</param>
internal sealed class Trace(bool isDetailed)
{
    private readonly StringBuilder _text = new();
    private readonly Dictionary<string, IReadOnlyList<string>> _items = new(StringComparer.Ordinal);

    /// <summary>Ticks of the world's clock.</summary>
    public Func<long> Now { get; set; } = () => 0;

    public void Write(string what) => _text.Append((Now() / TimeSpan.TicksPerMillisecond) % 100_000_000).Append(' ').AppendLine(what);

    public void WritePause(Pause pause)
    {
        if (!isDetailed || pause == Pause.None)
            return;
        Write(pause is Pause.Time time ? $"  run for {time.Milliseconds} ms" : $"  run {((Pause.Callbacks)pause).Count} callbacks");
    }

    /// <summary>How each folder differs from the previous call.</summary>
    public void WriteChanges(IEnumerable<(string Device, IEnumerable<string> Items)> devices)
    {
        if (!isDetailed)
            return;
        foreach (var (device, items) in devices)
        {
            var (before, now) = (_items.GetValueOrDefault(device, []), items.ToList());
            foreach (var gone in before.Except(now))
                Write($"    {device} - {gone}");
            foreach (var come in now.Except(before))
                Write($"    {device} + {come}");
            _items[device] = now;
        }
    }

    public ILoggerFactory LoggersOf(string device) => isDetailed ? new Loggers(this, device) : NullLoggerFactory.Instance;

    public override string ToString() => _text.ToString();

    private sealed class Loggers(Trace trace, string device) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            trace.Write($"    {device} {logLevel}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
    }
}
