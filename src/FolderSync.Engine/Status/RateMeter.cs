namespace FolderSync.Engine.Status;

/// <summary>Smooths the rate of a counter that is sampled from time to time: it follows a change within seconds and doesn't jump.</summary>
public sealed class SmoothedRate
{
    /// <summary>After this time 63 % of a change is visible.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(6);

    private long? _last;
    private DateTimeOffset _at;

    /// <summary>Bytes a second.</summary>
    public double Value { get; private set; }

    /// <summary>A counter that decreased has started over.</summary>
    /// <returns>The increase since the last sample.</returns>
    public long Take(long counter, DateTimeOffset now)
    {
        var seconds = (now - _at).TotalSeconds;
        if (_last is not { } last || seconds <= 0)
        {
            (_last, _at) = (counter, now);
            return 0;
        }
        var came = counter < last ? counter : counter - last;
        var weight = 1 - Math.Exp(-seconds / Memory.TotalSeconds);
        Value += ((came / seconds) - Value) * weight;
        if (came == 0 && Value < 1)
            Value = 0;
        (_last, _at) = (counter, now);
        return came;
    }
}

/// <summary>Bytes a second over all devices in one second.</summary>
public readonly record struct RateSample(DateTimeOffset Time, long In, long Out);

/// <summary>
/// Rates of all counters, sampled once a second: smoothed per device and folder, and of all devices for the last minutes. Thread-safe.
/// </summary>
public sealed class RateMeter(Func<IReadOnlyList<DeviceSnapshot>> devicesNow, Func<IReadOnlyDictionary<Core.Model.FolderId, long>> receivedNow, TimeProvider time)
{
    public const int Kept = 300;

    /// <summary>Below this rate the remaining time isn't shown: it would be fiction.</summary>
    private const double MinRate = 64;

    private readonly Lock _lock = new();
    private readonly Queue<RateSample> _samples = new(Kept);
    private readonly Dictionary<Core.Model.DeviceId, (SmoothedRate In, SmoothedRate Out)> _devices = [];
    private readonly Dictionary<Core.Model.FolderId, SmoothedRate> _folders = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<RateSample> Samples()
    {
        lock (_lock)
            return [.. _samples];
    }

    /// <summary>Bytes a second.</summary>
    public (double In, double Out) Of(Core.Model.DeviceId device)
    {
        lock (_lock)
            return _devices.TryGetValue(device, out var rates) ? (rates.In.Value, rates.Out.Value) : default;
    }

    /// <summary>File bytes per second received for the folder.</summary>
    public double Of(Core.Model.FolderId folder)
    {
        lock (_lock)
            return _folders.GetValueOrDefault(folder)?.Value ?? 0;
    }

    /// <summary>Seconds until that many bytes are here; null when unknown.</summary>
    public static long? SecondsLeft(long bytes, double rate) => bytes <= 0 ? 0 : rate < MinRate ? null : (long)Math.Ceiling(bytes / rate);

    /// <summary>Samples all counters; call it once a second.</summary>
    public void Sample()
    {
        var devices = devicesNow();
        var folders = receivedNow();
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var (received, sent) = (0L, 0L);
            foreach (var device in devices)
            {
                if (!_devices.TryGetValue(device.Config.Id, out var rates))
                    _devices[device.Config.Id] = rates = (new SmoothedRate(), new SmoothedRate());
                received += rates.In.Take(device.BytesReceived, now);
                sent += rates.Out.Take(device.BytesSent, now);
            }
            foreach (var (folder, bytes) in folders)
            {
                if (!_folders.TryGetValue(folder, out var rate))
                    _folders[folder] = rate = new SmoothedRate();
                rate.Take(bytes, now);
            }
            foreach (var gone in _devices.Keys.Where(k => devices.All(d => d.Config.Id != k)).ToList())
                _devices.Remove(gone);
            foreach (var gone in _folders.Keys.Where(k => !folders.ContainsKey(k)).ToList())
                _folders.Remove(gone);
            AddSample(now, received, sent);
        }
    }

    private void AddSample(DateTimeOffset now, long received, long sent)
    {
        var seconds = _samples.Count == 0 ? 1 : Math.Max(0.1, (now - _last).TotalSeconds);
        _last = now;
        while (_samples.Count >= Kept)
            _samples.Dequeue();
        _samples.Enqueue(new RateSample(now, (long)(received / seconds), (long)(sent / seconds)));
    }

    private DateTimeOffset _last;
}
