namespace FolderSync.Filesystem.Windows;

/// <summary>Names that Windows and FAT don't allow. Pure: the same on every platform.</summary>
internal static class WindowsNames
{
    private const int MaxLeafLength = 255;
    private const string Forbidden = "<>:\"|?*\\";

    /// <summary>Explains why a part of a path isn't allowed; null if it is.</summary>
    public static string? Validate(ReadOnlySpan<char> part)
    {
        foreach (var c in part)
        {
            if (c < ' ')
                return $"'{DisplayName.Of(part.ToString())}' holds a control character, which Windows can't have in a name.";
            if (Forbidden.Contains(c))
                return $"'{DisplayName.Of(part.ToString())}' holds '{c}', which Windows can't have in a name.";
        }
        if (part.Length > 0 && part[^1] is '.' or ' ')
            return $"'{DisplayName.Of(part.ToString())}' ends with a {(part[^1] == '.' ? "dot" : "space")}, which Windows would drop.";
        if (IsReserved(part))
            return $"'{DisplayName.Of(part.ToString())}' is a reserved name of Windows.";
        return part.Length > MaxLeafLength ? $"'{DisplayName.Of(part[..32].ToString())}…' is {part.Length} characters long; Windows allows names of at most {MaxLeafLength}." : null;
    }

    /// <summary>CON, nul.txt, `COM1 .x`, LPT¹: a device, whatever follows the first dot.</summary>
    public static bool IsReserved(ReadOnlySpan<char> part)
    {
        var dot = part.IndexOf('.');
        var stem = (dot < 0 ? part : part[..dot]).TrimEnd(' ');
        Span<char> upper = stackalloc char[8];
        if (stem.Length is < 3 or > 7)
            return false;
        stem.ToUpperInvariant(upper);
        ReadOnlySpan<char> name = upper[..stem.Length];
        return name is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$" ||
            (name.Length == 4 && (name.StartsWith("COM") || name.StartsWith("LPT")) && name[3] is (>= '1' and <= '9') or '¹' or '²' or '³');
    }
}
