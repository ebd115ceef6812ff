using System.Globalization;
using System.Text.RegularExpressions;

namespace FolderSync.Filesystem.Apply;

/// <summary>Names in the trash can: the newest version of a file has its own name, older ones are <c>stem~YYYYMMDD-HHMMSS.ext</c> (local time).</summary>
internal static partial class VersionName
{
    private const string Format = "yyyyMMdd-HHmmss";

    public static string Stamped(string leaf, DateTimeOffset local, FileSystemTraits traits)
    {
        var (stem, extension) = ConflictName.Split(leaf);
        return LeafLength.Fit(stem, "~" + local.ToString(Format, CultureInfo.InvariantCulture) + (extension.Length <= 32 ? extension : ""), traits);
    }

    /// <summary>The leaf of the file that this is a version of.</summary>
    public static string Original(string leaf)
    {
        var match = Stamp().Match(leaf);
        return match.Success ? leaf.Remove(match.Index, match.Length) : leaf;
    }

    [GeneratedRegex(@"(?<=.)~\d{8}-\d{6}(?=\.[^.~]*$|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Stamp();
}
