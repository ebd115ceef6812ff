using FolderSync.Core.Decide;

namespace FolderSync.Engine;

/// <summary>How long ago something was, for what is deleted by its age: a jump of the clock makes nothing older. Thread-safe.</summary>
internal sealed class DeviceClock(EngineParts parts)
{
    private const string Document = "clock";

    /// <summary>What a kill may cost of the time that this device was seen to run.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private ClockHistory? _history;
    private long _looked;
    private long _saved;

    /// <summary>Looks at the clock. Blocks: it reads and writes the state.</summary>
    public Func<DateTimeOffset, TimeSpan> Ages()
    {
        lock (_lock)
        {
            var now = parts.Time.GetUtcNow();
            var timestamp = parts.Time.GetTimestamp();
            var before = _history;
            var history = before is null
                ? ClockHistory.Observe(ClockHistory.FromJson(parts.State.GetDocument(Document)), now, null)
                : ClockHistory.Observe(before, now, parts.Time.GetElapsedTime(_looked, timestamp));
            if (before is null || before.Gaps.Length != history.Gaps.Length || parts.Time.GetElapsedTime(_saved, timestamp) >= SaveEvery)
            {
                parts.State.PutDocument(Document, history.ToJson());
                _saved = timestamp;
            }
            (_history, _looked) = (history, timestamp);
            return time => history.AgeOf(time, now);
        }
    }
}
