using FolderSync.Core.Decide;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Folders;

/// <summary>Computes the age of whatever is deleted by age: a jump of the clock makes nothing older. Thread-safe.</summary>
internal sealed class DeviceClock(EngineParts parts)
{
    private const string Document = "clock";

    /// <summary>The observed running time that a kill may cost.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromHours(1);

    private readonly ILogger _log = parts.Loggers.CreateLogger<DeviceClock>();
    private readonly Lock _lock = new();
    private ClockHistory? _history;
    private long _looked;
    private long _saved;

    /// <summary>Reads the clock. Blocks: it reads and writes the state.</summary>
    public Func<DateTimeOffset, TimeSpan> Ages()
    {
        lock (_lock)
        {
            var now = parts.Time.GetUtcNow();
            var timestamp = parts.Time.GetTimestamp();
            var before = _history;
            var history = before is null
                ? ClockHistory.Observe(Read(), now, null)
                : ClockHistory.Observe(before, now, parts.Time.GetElapsedTime(_looked, timestamp));
            if (before is null || before.Gaps.Length != history.Gaps.Length || parts.Time.GetElapsedTime(_saved, timestamp) >= SaveEvery)
            {
                Save(history);
                _saved = timestamp;
            }
            (_history, _looked) = (history, timestamp);
            return time => history.AgeOf(time, now);
        }
    }

    private ClockHistory? Read()
    {
        try
        {
            return ClockHistory.FromJson(parts.State.GetDocument(Document));
        }
        catch (Exception e)
        {
            // Nothing is known then and nothing has aged. The store reports its own failure, which must not end a transfer.
            Log.ClockNotKept(_log, e.Message);
            return null;
        }
    }

    private void Save(ClockHistory history)
    {
        try
        {
            parts.State.PutDocument(Document, history.ToJson());
        }
        catch (Exception e)
        {
            // Retried in an hour. Whatever a restart doesn't know ages later.
            Log.ClockNotKept(_log, e.Message);
        }
    }
}
