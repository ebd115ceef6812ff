using System.Globalization;
using System.Xml.Linq;

namespace FolderSync.Configuration.Import;

/// <summary>Reads values from Syncthing's XML, which are attributes or elements depending on its version.</summary>
internal static class SyncthingXml
{
    /// <summary>Trimmed; empty when it doesn't exist.</summary>
    public static string Text(this XElement element, string name) => (element.Attribute(name)?.Value ?? element.Element(name)?.Value ?? "").Trim();

    public static bool Flag(this XElement element, string name, bool absent) =>
        element.Text(name).ToLowerInvariant() switch { "true" or "1" => true, "false" or "0" => false, _ => absent };

    public static double Number(this XElement element, string name, double absent) =>
        double.TryParse(element.Text(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : absent;

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static int Integer(this XElement element, string name, int absent, int least) =>
        element.Number(name, absent) is var number && number < least ? least : (int)Math.Min(number, int.MaxValue);
}
