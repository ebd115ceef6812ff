using System.Globalization;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Names of conflict copies: <c>stem.sync-conflict-YYYYMMDD-HHMMSS-SHORTID.ext</c>, local time.</summary>
internal static class ConflictName
{
    public static FileName Of(FileName name, DateTimeOffset local, ShortId winner, FileSystemTraits traits)
    {
        var (stem, extension) = Split(name.Leaf);
        var tag = string.Create(CultureInfo.InvariantCulture, $".sync-conflict-{local:yyyyMMdd-HHmmss}-{winner}");
        return name.Parent.Child(LeafLength.Fit(stem, tag + Shortened(extension), traits));
    }

    /// <summary>Stem and extension with its dot; a leading dot is part of the stem.</summary>
    public static (string Stem, string Extension) Split(string leaf) =>
        leaf.LastIndexOf('.') is var dot and > 0 ? (leaf[..dot], leaf[dot..]) : (leaf, "");

    /// <summary>What is longer is not an extension that a program looks at, and would leave no room for the stem.</summary>
    private static string Shortened(string extension) => extension.Length <= 32 ? extension : "";
}
