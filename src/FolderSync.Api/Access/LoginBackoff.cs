using System.Net;
using System.Net.Sockets;

namespace FolderSync.Api.Access;

/// <summary>
/// Delays logins from an address after wrong passwords: the first few cost nothing, then each doubles the delay. Bounded; forgets an address after
/// an hour. Thread-safe.
/// </summary>
internal sealed class LoginBackoff(TimeProvider time)
{
    private const int FreeAttempts = 4;
    private const int MaxAddresses = 4096;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan FailureLifetime = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Failures> _failures = new(StringComparer.Ordinal);

    /// <summary>How long passwords from this address are still refused unchecked; zero if they are checked.</summary>
    public TimeSpan RemainingDelay(IPAddress address)
    {
        lock (_lock)
        {
            // Uses the monotonic clock: setting the clock back must not prolong the delay.
            var left = _failures.TryGetValue(Key(address), out var f) ? f.Pause - time.GetElapsedTime(f.Last) : TimeSpan.Zero;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public void RecordFailure(IPAddress address)
    {
        lock (_lock)
        {
            var key = Key(address);
            var count = _failures.TryGetValue(key, out var f) && time.GetElapsedTime(f.Last) < FailureLifetime ? f.Count + 1 : 1;
            if (_failures.Count >= MaxAddresses && !_failures.ContainsKey(key))
                _failures.Remove(_failures.MinBy(x => x.Value.Last).Key);
            _failures[key] = new Failures(count, time.GetTimestamp(), Pause(count));
        }
    }

    public void RecordSuccess(IPAddress address)
    {
        lock (_lock)
            _failures.Remove(Key(address));
    }

    private static TimeSpan Pause(int count) =>
        count < FreeAttempts ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(MaxDelay.TotalSeconds, Math.Pow(2, Math.Min(count - FreeAttempts, 20))));

    /// <summary>An IPv6 address counts as its /64, because one computer can use all addresses of it.</summary>
    private static string Key(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    private readonly record struct Failures(int Count, long Last, TimeSpan Pause);
}
