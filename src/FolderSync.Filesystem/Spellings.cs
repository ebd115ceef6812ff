using System.Text;

namespace FolderSync.Filesystem;

/// <summary>Spellings of a leaf that some filesystem takes for the same name. Pure.</summary>
internal static class Spellings
{
    /// <summary>
    /// Spellings with which to find out whether a filesystem takes others for this one: other case of ASCII letters, of all letters, full case
    /// mappings, and Unicode's other forms. Empty for a leaf with a single spelling.
    /// </summary>
    public static IEnumerable<string> VariantsOf(string leaf)
    {
        var ascii = Swap(leaf, char.IsAscii);
        if (ascii != leaf)
            yield return ascii;
        if (Ascii.IsValid(leaf))
            yield break;
        // Some filesystems fold ASCII only: a spelling that changes every letter wouldn't reveal them.
        foreach (var other in new[] { Swap(leaf, static c => !char.IsAscii(c)), ExpandCaseMapping(leaf), Form(leaf, NormalizationForm.FormD), Form(leaf, NormalizationForm.FormC) }.Distinct())
        {
            if (other != leaf && other != ascii)
                yield return other;
        }
    }

    /// <summary>Equal for spellings that filesystems commonly take for one name.</summary>
    public static string Fold(string leaf) => Ascii.IsValid(leaf) ? leaf.ToUpperInvariant() : ExpandCaseMapping(Form(leaf, NormalizationForm.FormC)).ToUpperInvariant();

    /// <summary>The leaf in NFC, as entries have it; unchanged when it has no such form.</summary>
    public static string Composed(string leaf) => Ascii.IsValid(leaf) ? leaf : Form(leaf, NormalizationForm.FormC);

    private static string Swap(string leaf, Func<char, bool> which) => string.Create(leaf.Length, (leaf, which), static (span, it) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            var c = it.leaf[i];
            span[i] = !it.which(c) ? c : char.ToUpperInvariant(c) != c ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c);
        }
    });

    /// <summary>Applies full case mapping to letters that are one in one case and two in the other.</summary>
    private static string ExpandCaseMapping(string leaf) =>
        leaf.AsSpan().IndexOfAny('ß', 'ẞ') < 0 ? leaf : leaf.Replace("ß", "ss", StringComparison.Ordinal).Replace("ẞ", "SS", StringComparison.Ordinal);

    private static string Form(string leaf, NormalizationForm form)
    {
        try
        {
            return leaf.Normalize(form);
        }
        catch (ArgumentException)
        {
            // Not valid text: such a name has no other form.
            return leaf;
        }
    }
}
