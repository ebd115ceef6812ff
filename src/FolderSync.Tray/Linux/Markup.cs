namespace FolderSync.Tray.Linux;

/// <summary>Panels and notification services read a few tags in what they show: others' words must not be taken for them.</summary>
internal static class Markup
{
    public static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
