namespace FolderSync.Tray.Linux;

/// <summary>Escapes foreign text: panels and notification services interpret some tags.</summary>
internal static class Markup
{
    public static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal);
}
