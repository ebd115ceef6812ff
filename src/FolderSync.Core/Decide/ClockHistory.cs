using System.Collections.Immutable;
using System.Globalization;

namespace FolderSync.Core.Decide;

/// <summary>A time span that passed unobserved according to the clock: it jumped, or the device was off.</summary>
/// <param name="Steady">How long this device has run since, with the clock continuing from <paramref name="To"/>.</param>
public readonly record struct ClockGap(DateTimeOffset From, DateTimeOffset To, TimeSpan Steady);

/// <summary>The clock was set back.</summary>
/// <param name="Steady">How long this device has run since.</param>
public readonly record struct ClockRollback(DateTimeOffset To, TimeSpan Steady);

/// <summary>
/// What is known about this device's clock, so that a jump deletes nothing: unobserved time (a jump ahead, or a device that was off) adds nothing
/// to a version's age until the device has run for a week with that clock. Then the time is confirmed and counts. Immutable; pure.
/// </summary>
/// <param name="LastSeen">The clock at the last look.</param>
/// <param name="ConfirmedUntil">Time up to here has passed, even if the clock is behind it now: a clock that starts in 1970 and is then set right hasn't
/// jumped.</param>
/// <param name="LastSetBack">Anything kept later than now was kept at the latest when the clock was set back.</param>
/// <param name="Gaps">In order, without overlap.</param>
public sealed record ClockHistory(DateTimeOffset LastSeen, DateTimeOffset ConfirmedUntil, ClockRollback? LastSetBack, ImmutableArray<ClockGap> Gaps)
{
    /// <summary>A smaller step isn't a jump: a night off or suspended, daylight saving time.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    /// <summary>How long the device runs before it trusts the clock.</summary>
    public static readonly TimeSpan ConfirmationPeriod = TimeSpan.FromDays(7);

    private const int MaxGaps = 50;

    /// <summary>Records an observation of the clock.</summary>
    /// <param name="before">Null: nothing is known, so nothing has aged yet.</param>
    /// <param name="passed">The time since the previous observation on a clock that nobody sets; null at startup.</param>
    public static ClockHistory Observe(ClockHistory? before, DateTimeOffset now, TimeSpan? passed)
    {
        if (before is null)
            return new ClockHistory(now, now, null, [new ClockGap(DateTimeOffset.MinValue, now, TimeSpan.Zero)]);
        var ran = passed ?? TimeSpan.Zero;
        var expected = Later(before.LastSeen, ran);
        List<ClockGap> gaps = [.. before.Gaps.Select(g => g with { Steady = g.Steady + ran }).Where(g => g.Steady < ConfirmationPeriod)];
        var back = before.LastSetBack is { } b ? b with { Steady = b.Steady + ran } : (ClockRollback?)null;
        var vouched = back is { } known && known.Steady >= ConfirmationPeriod && known.Steady - ran < ConfirmationPeriod ? expected : Max(before.ConfirmedUntil, before.LastSeen);
        if (now < expected - Tolerance)
        {
            // Unconfirmed time that is taken back didn't pass.
            vouched = gaps.Where(g => g.To > now).Select(g => g.From).Append(vouched).Min();
            gaps = [.. gaps.Where(g => g.From < now).Select(g => g with { To = Min(g.To, now) })];
            return new ClockHistory(now, vouched, new ClockRollback(now, TimeSpan.Zero), [.. gaps]);
        }
        var from = Max(expected, vouched);
        if (now - from > Tolerance)
            gaps.Add(new ClockGap(from, now, TimeSpan.Zero));
        if (gaps.Count > MaxGaps)
            gaps = [gaps[1] with { From = gaps[0].From }, .. gaps.Skip(2)];
        return new ClockHistory(now, Max(vouched, now), back, [.. gaps]);
    }

    /// <summary>How long ago that was, excluding unobserved time.</summary>
    public TimeSpan AgeOf(DateTimeOffset time, DateTimeOffset now)
    {
        if (time > now)
            time = LastSetBack is { } back ? Min(back.To, now) : now;
        var age = now - time;
        foreach (var gap in Gaps)
        {
            var (from, to) = (Max(gap.From, time), Min(gap.To, now));
            if (to > from)
                age -= to - from;
        }
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    /// <summary>As JSON: an array of whole seconds.</summary>
    public string ToJson()
    {
        List<long> numbers = [LastSeen.ToUnixTimeSeconds(), ConfirmedUntil.ToUnixTimeSeconds(), LastSetBack?.To.ToUnixTimeSeconds() ?? long.MinValue, Seconds(LastSetBack?.Steady)];
        foreach (var gap in Gaps)
            numbers.AddRange([gap.From.ToUnixTimeSeconds(), gap.To.ToUnixTimeSeconds(), Seconds(gap.Steady)]);
        return "[" + string.Join(',', numbers.Select(n => n.ToString(CultureInfo.InvariantCulture))) + "]";
    }

    /// <summary>Null when it can't be read: nothing is known about the clock then.</summary>
    public static ClockHistory? FromJson(string? json)
    {
        var parts = json?.Trim('[', ']', ' ').Split(',') ?? [];
        var numbers = new long[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                return null;
        }
        if (numbers.Length < 4 || (numbers.Length - 4) % 3 != 0)
            return null;
        try
        {
            return new ClockHistory(
                Time(numbers[0]),
                Time(numbers[1]),
                numbers[2] == long.MinValue ? null : new ClockRollback(Time(numbers[2]), TimeSpan.FromSeconds(numbers[3])),
                [.. numbers.Skip(4).Chunk(3).Select(g => new ClockGap(Time(g[0]), Time(g[1]), TimeSpan.FromSeconds(g[2])))]);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    private static long Seconds(TimeSpan? time) => (long)(time ?? TimeSpan.Zero).TotalSeconds;

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    private static DateTimeOffset Later(DateTimeOffset time, TimeSpan by) => by < DateTimeOffset.MaxValue - time ? time + by : DateTimeOffset.MaxValue;

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Min(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
