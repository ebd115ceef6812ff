namespace FolderSync.Tray.Linux;

/// <summary>Others' words, fit for D-Bus.</summary>
internal static class BusText
{
    /// <summary>More no panel shows in a line.</summary>
    private const int MaxLength = 1000;

    /// <summary>Without NUL, for which the bus would end the connection, and no longer than a line may be.</summary>
    public static string Clean(string text)
    {
        text = text.Replace('\0', '\uFFFD');
        if (text.Length <= MaxLength)
            return text;
        return text[..(char.IsHighSurrogate(text[MaxLength - 1]) ? MaxLength - 1 : MaxLength)];
    }
}
