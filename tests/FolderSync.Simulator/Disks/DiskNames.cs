using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace FolderSync.Simulator.Disks;

/// <summary>Which names a simulated disk takes for one: by case, by Unicode's composed and decomposed forms.</summary>
internal sealed class DiskNames(bool ignoresCase, bool ignoresForm) : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<char>, string>
{
    private readonly StringComparer _texts = ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
    private readonly StringComparison _comparison = ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    public bool Equals(string? x, string? y) => _texts.Equals(x, y) || (ignoresForm && x is not null && y is not null && _texts.Equals(Composed(x), Composed(y)));

    public int GetHashCode([DisallowNull] string name) => _texts.GetHashCode(ignoresForm ? Composed(name) : name);

    public bool Equals(ReadOnlySpan<char> alternate, string other) =>
        alternate.Equals(other, _comparison) || (ignoresForm && !Ascii.IsValid(alternate) && Equals(alternate.ToString(), other));

    public int GetHashCode(ReadOnlySpan<char> alternate) =>
        ignoresForm && !Ascii.IsValid(alternate) ? GetHashCode(alternate.ToString()) : string.GetHashCode(alternate, _comparison);

    public string Create(ReadOnlySpan<char> alternate) => alternate.ToString();

    /// <summary>In NFC; a name that is not UTF-8 has no other form.</summary>
    public static string Composed(string name) => Ascii.IsValid(name) || !MemoryFileSystem.IsText(name) ? name : name.Normalize(NormalizationForm.FormC);

    /// <summary>In NFD.</summary>
    public static string Decomposed(string name) => Ascii.IsValid(name) || !MemoryFileSystem.IsText(name) ? name : name.Normalize(NormalizationForm.FormD);
}
