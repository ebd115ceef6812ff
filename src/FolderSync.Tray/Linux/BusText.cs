namespace FolderSync.Tray.Linux;

/// <summary>Prepares foreign text for D-Bus.</summary>
internal static class BusText
{
    /// <summary>No panel shows longer lines.</summary>
    private const int MaxLength = 1000;

    /// <summary>Removes NUL, for which the bus would close the connection, and cuts the text.</summary>
    public static string Escape(string text)
    {
        text = text.Replace('\0', '\uFFFD');
        if (text.Length <= MaxLength)
            return text;
        return text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
    }
}
