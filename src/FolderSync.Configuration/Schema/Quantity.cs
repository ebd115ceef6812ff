using System.Globalization;

namespace FolderSync.Configuration.Schema;

/// <summary>Durations, sizes and rates as users write them: "90s", "1h", "500 MB", "2 MiB/s". Never guesses the unit of a bare number.</summary>
public static class Quantity
{
    public const string Off = "off";

    public const string DurationPattern = @"[0-9]+(\.[0-9]+)? *(s|m|h|d|sec|seconds?|min|minutes?|hours?|days?)";
    public const string SizePattern = "[0-9]+(\\.[0-9]+)? *([kKmMgGtT]([iI])?)?[bB]";
    public const string RatePattern = SizePattern + "/s";
    public const string PercentPattern = "[0-9]+(\\.[0-9]+)?%";

    private static readonly (string Name, long Seconds)[] Times = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)];

    private static readonly (string Name, long Bytes)[] Sizes =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10),
        ("TB", 1_000_000_000_000), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("B", 1),
    ];

    public static string Duration(long seconds, string? zero) => seconds == 0 ? zero ?? "0s" : Largest(seconds, Times, "");

    public static string Size(long bytes) => bytes == 0 ? "0 B" : Largest(bytes, Sizes, " ");

    /// <param name="kib">KiB/s.</param>
    public static string Rate(int kib) => kib == 0 ? Off : kib % 1024 == 0 ? $"{kib / 1024} MiB/s" : $"{kib} KiB/s";

    public static string Free((double Amount, bool IsBytes) free) =>
        free.Amount == 0 ? Off : free.IsBytes ? Size((long)free.Amount) : free.Amount.ToString("0.######", CultureInfo.InvariantCulture) + "%";

    /// <summary>Seconds; null where it is not a duration. A part of a second is none: cut off, it would mean "off".</summary>
    public static long? ParseDuration(string text)
    {
        if (!Split(text, out var number, out var unit))
            return null;
        unit = unit switch { "sec" or "second" or "seconds" => "s", "min" or "minute" or "minutes" => "m", "hour" or "hours" => "h", "day" or "days" => "d", _ => unit };
        return Times.FirstOrDefault(t => t.Name == unit) is { Seconds: > 0 } time && decimal.IsInteger(number * time.Seconds) ? Integer(number * time.Seconds) : null;
    }

    /// <summary>Bytes; null if it isn't a size.</summary>
    public static long? ParseSize(string text) =>
        Split(text, out var number, out var unit) && Sizes.FirstOrDefault(s => s.Name.Equals(unit, StringComparison.OrdinalIgnoreCase)) is { Bytes: > 0 } size
            ? Integer(number * size.Bytes)
            : null;

    /// <summary>KiB/s, at least 1; null if it isn't a rate.</summary>
    public static int? ParseRate(string text) => text.EndsWith("/s", StringComparison.Ordinal) && ParseSize(text[..^2]) is { } bytes
        ? (int)Math.Clamp(bytes / 1024, 1, int.MaxValue)
        : null;

    public static double? ParsePercent(string text) =>
        text.EndsWith('%') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            ? percent
            : null;

    /// <summary>A share of the disk, in percent or bytes; null if it is neither.</summary>
    public static (double Amount, bool IsBytes)? ParseFree(string text) =>
        text is Off or "0" ? (0, false)
        : ParsePercent(text) is { } percent ? (percent, false)
        : ParseSize(text) is { } bytes ? (bytes, true)
        : null;

    private static string Largest(long amount, (string Name, long Count)[] units, string gap)
    {
        var (name, count) = units.First(u => amount % u.Count == 0);
        return (amount / count).ToString(CultureInfo.InvariantCulture) + gap + name;
    }

    private static bool Split(string text, out decimal number, out string unit)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        unit = text[digits..].Trim();
        return decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && number < 1_000_000_000;
    }

    private static long? Integer(decimal value) => value <= long.MaxValue ? (long)value : null;
}
