using System.Globalization;
using System.Text;

namespace FolderSync.Tray.Model;

/// <summary>Formats numbers and foreign text for the user.</summary>
internal static class TrayText
{
    private const int MaxLength = 60;
    private const string Ellipsis = "…";

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

    public static string Bytes(double bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && unit < Units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || bytes >= 100 ? Math.Round(bytes) : Math.Round(bytes, 1))} {Units[unit]}");
    }

    public static string TimeLeft(double seconds) => seconds switch
    {
        < 60 => "less than a minute left",
        < 3600 => $"{Math.Ceiling(seconds / 60)} min left",
        < 86400 => $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60)} min left",
        _ => $"{Math.Ceiling(seconds / 86400)} days left",
    };

    public static string Count(long count, string one, string many) => count == 1 ? $"1 {one}" : string.Create(CultureInfo.InvariantCulture, $"{count} {many}");

    /// <summary>
    /// The name of a file, folder or device, which others chose: on one line, not too long, without characters that hide, break or reverse text.
    /// </summary>
    public static string Name(string text, int maxLength = MaxLength)
    {
        var shown = new StringBuilder(Math.Min(text.Length, maxLength) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= maxLength)
                return shown.Append(Ellipsis).ToString();
            var hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or
                UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            shown.Append(hidden ? "\uFFFD" : rune.ToString());
        }
        return shown.Length == 0 ? "(no name)" : shown.ToString();
    }

    /// <summary>A device without a name is shown by the start of its ID.</summary>
    public static string Device(string name, string id) => Name(name.Length > 0 ? name : id.Split('-')[0]);
}
