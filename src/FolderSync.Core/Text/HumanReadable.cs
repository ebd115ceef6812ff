using System.Globalization;

namespace FolderSync.Core.Text;

/// <summary>Formats numbers for users.</summary>
public static class HumanReadable
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Bytes(double bytes)
    {
        var unit = 0;
        // 1023.6 KiB would be rounded up to 1024.
        while (Math.Round(bytes) >= 1024 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || bytes >= 100 ? Math.Round(bytes) : Math.Round(bytes, 1))} {Units[unit]}");
    }

    /// <summary>"1 folder", "2 folders".</summary>
    /// <param name="many">Null: with an s.</param>
    public static string Count(long number, string one, string? many = null) => number == 1 ? $"1 {one}" : string.Create(CultureInfo.InvariantCulture, $"{number:N0} {many ?? one + "s"}");

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{(int)time.TotalDays} d {time.Hours} h",
        { TotalHours: >= 1 } => $"{(int)time.TotalHours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalSeconds} s",
    };

    /// <summary>A point in local time, without the date if it is today.</summary>
    public static string Moment(DateTimeOffset moment, DateTimeOffset now)
    {
        var (local, today) = (moment.ToLocalTime(), now.ToLocalTime());
        return local.ToString(local.Date == today.Date ? "HH:mm:ss" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>A duration as a user types it: "90s", "45m", "1h", "1h30m", "2d". Null if it isn't one.</summary>
    public static TimeSpan? ParseDuration(string text)
    {
        var (all, number) = (TimeSpan.Zero, "");
        foreach (var c in text.Trim().ToLowerInvariant())
        {
            if (char.IsAsciiDigit(c))
            {
                number += c;
                continue;
            }
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) || n > 100_000)
                return null;
            if (c is not ('s' or 'm' or 'h' or 'd'))
                return null;
            all += c switch { 's' => TimeSpan.FromSeconds(n), 'm' => TimeSpan.FromMinutes(n), 'h' => TimeSpan.FromHours(n), _ => TimeSpan.FromDays(n) };
            number = "";
        }
        return number.Length == 0 && all > TimeSpan.Zero ? all : null;
    }
}
