using FolderSync.Core.Decide;
using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Peers;

/// <summary>What is new about how a device answers.</summary>
internal enum PaceChange
{
    /// <summary>It owes answers and sends none.</summary>
    StoppedAnswering,

    /// <summary>It may be asked for one block, to find out.</summary>
    MayBeAsked,

    AnswersAgain,
}

/// <summary>
/// How one device answers requests, over all its connections: how fast, so how much is requested of it at a time, and whether it answers at all. One
/// that doesn't is asked for nothing more than a block a minute, until it answers something: what it owes is its test. Thread-safe.
/// </summary>
/// <param name="onChanged">Called without a lock.</param>
internal sealed class PeerPace(TimeProvider time, SharedBudget bytes, Action<PaceChange> onChanged)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMinutes(1);

    /// <summary>A rate is measured over at least this long.</summary>
    private static readonly TimeSpan SampleTime = TimeSpan.FromSeconds(1);

    /// <summary>The first answers' rate is no better known than this.</summary>
    private const double MinSampleSeconds = 0.05;

    private readonly Lock _lock = new();
    private double _measured;
    private long _sampled;
    private long _sampleBegan;
    private DateTimeOffset? _notAnsweringSince;
    private TimeSpan _silenceTimeout = RequestPacing.MinSilenceTimeout;

    /// <summary>When a device that doesn't answer may be asked again.</summary>
    private Deadline _probeDue = Deadline.Passed;
    private bool _isProbeAnnounced;

    /// <summary>Bytes requested from it and not yet written; its limit is the window.</summary>
    public SharedBudget.Account Window { get; } = bytes.Open(RequestPacing.Share);

    /// <summary>Bytes a second while it owes answers; 0 while unknown.</summary>
    public double Rate
    {
        get
        {
            lock (_lock)
                return CurrentRate();
        }
    }

    /// <summary>How long a silence of it is borne while it owes answers.</summary>
    public TimeSpan SilenceTimeout
    {
        get
        {
            lock (_lock)
                return _silenceTimeout;
        }
    }

    /// <summary>Since when it hasn't answered, by the wall clock; null while it does.</summary>
    public DateTimeOffset? NotAnsweringSince
    {
        get
        {
            lock (_lock)
                return _notAnsweringSince;
        }
    }

    /// <summary>It answers, or a request would find out whether it does again.</summary>
    public bool MayAsk
    {
        get
        {
            lock (_lock)
                return _notAnsweringSince is null || _probeDue.IsPast(time);
        }
    }

    /// <summary>Called before each request; false when it must not be made.</summary>
    public bool TryAsk()
    {
        lock (_lock)
        {
            if (_notAnsweringSince is null)
                return true;
            if (!_probeDue.IsPast(time))
                return false;
            PostponeProbe();
            return true;
        }
    }

    /// <summary>The device owed nothing, and does now: what it was idle doesn't count.</summary>
    public void OnBusy()
    {
        lock (_lock)
        {
            if (time.GetElapsedTime(_sampleBegan) >= SampleTime)
                (_sampled, _sampleBegan) = (0, time.GetTimestamp());
        }
    }

    /// <param name="took">Null when it had been given up: it came late.</param>
    public void OnAnswered(long size, TimeSpan? took)
    {
        bool isBack;
        long window;
        lock (_lock)
        {
            _sampled += size;
            var elapsed = time.GetElapsedTime(_sampleBegan);
            if (elapsed >= SampleTime)
            {
                var rate = _sampled / elapsed.TotalSeconds;
                _measured = _measured == 0 ? rate : (_measured + rate) / 2;
                (_sampled, _sampleBegan) = (0, time.GetTimestamp());
            }
            if (took is { } inTime)
                _silenceTimeout = RequestPacing.TimeoutAfterAnswer(_silenceTimeout, inTime);
            isBack = _notAnsweringSince is not null;
            _notAnsweringSince = null;
            window = RequestPacing.Window(Window.Limit, size, CurrentRate());
        }
        if (window != Window.Limit)
            Window.Limit = window;
        if (isBack)
            onChanged(PaceChange.AnswersAgain);
    }

    /// <summary>It owed answers for too long.</summary>
    public void OnSilent()
    {
        lock (_lock)
        {
            _silenceTimeout = RequestPacing.TimeoutAfterSilence(_silenceTimeout);
            PostponeProbe();
            if (_notAnsweringSince is not null)
                return;
            _notAnsweringSince = time.GetUtcNow();
        }
        Window.Limit = RequestPacing.Share;
        onChanged(PaceChange.StoppedAnswering);
    }

    /// <summary>Called now and then while it is connected: what only this device has is tried again when that may be.</summary>
    public void OnTick()
    {
        lock (_lock)
        {
            if (_notAnsweringSince is null || _isProbeAnnounced || !_probeDue.IsPast(time))
                return;
            _isProbeAnnounced = true;
        }
        onChanged(PaceChange.MayBeAsked);
    }

    /// <summary>A new connection: it may answer there.</summary>
    public void OnConnected()
    {
        lock (_lock)
            (_probeDue, _isProbeAnnounced) = (Deadline.Passed, false);
    }

    private void PostponeProbe() => (_probeDue, _isProbeAnnounced) = (Deadline.In(ProbeInterval, time), false);

    private double CurrentRate() =>
        _measured > 0 ? _measured : _sampled / Math.Max(MinSampleSeconds, time.GetElapsedTime(_sampleBegan).TotalSeconds);
}
