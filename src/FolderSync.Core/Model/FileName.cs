using System.Text;

namespace FolderSync.Core.Model;

/// <summary>A path on the wire and in the index: relative, UTF-8 NFC, separated by '/'.</summary>
/// <remarks>
/// At most <see cref="EntryLimits.MaxNameBytes"/> long and <see cref="EntryLimits.MaxDepth"/> deep where it was checked. Names are ordered as a
/// tree by their UTF-8 bytes: a directory comes directly before its contents ('/' sorts before every other character). Scan, index and apply rely
/// on this one order.
/// </remarks>
public readonly record struct FileName : IComparable<FileName>
{
    private readonly string? _value;

    private FileName(string value) => _value = value;

    public string Value => _value ?? "";

    /// <summary>True for the folder's root itself, which has no entry.</summary>
    public bool IsRoot => string.IsNullOrEmpty(_value);

    /// <summary>The part after the last '/'.</summary>
    public string Leaf => Value[(Value.LastIndexOf('/') + 1)..];

    /// <summary>The directory of this name; the root for a top-level name.</summary>
    public FileName Parent => Value.LastIndexOf('/') is var i and > 0 ? new FileName(Value[..i]) : default;

    /// <summary>Takes a clean name; throws <see cref="FormatException"/> with the reason otherwise.</summary>
    public static FileName Parse(string value) =>
        FindViolation(value) is { } why ? throw new FormatException(why) : new FileName(value);

    /// <summary>Parses the name, or explains why it is invalid.</summary>
    public static bool TryParse(string value, out FileName name, out string? why)
    {
        why = FindViolation(value);
        name = why is null ? new FileName(value) : default;
        return why is null;
    }

    /// <summary>A child of this directory (of the root, if this is the root). <paramref name="leaf"/> must be a clean leaf.</summary>
    public FileName Child(string leaf) => new(IsRoot ? leaf : Value + "/" + leaf);

    /// <summary>True when <paramref name="directory"/> is a proper ancestor of this.</summary>
    public bool IsUnder(FileName directory) =>
        directory.IsRoot
            ? !IsRoot
            : Value.Length > directory.Value.Length && Value[directory.Value.Length] == '/' &&
              Value.StartsWith(directory.Value, StringComparison.Ordinal);

    public int CompareTo(FileName other) => CompareTree(Value, other.Value);

    public override string ToString() => Value;

    private static string? FindViolation(string value)
    {
        if (value.Length == 0)
            return "The name is empty.";
        if (EntryLimits.ValidateLength(value) is { } why)
            return why;
        if (value[0] == '/')
            return $"The name '{EntryLimits.Preview(value)}' is absolute.";
        var start = 0;
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && value[i] == '\0')
                return "The name holds a NUL.";
            if (i < value.Length && value[i] != '/')
                continue;
            var part = value.AsSpan(start, i - start);
            if (part.Length == 0 || part is "." or "..")
                return $"The name '{EntryLimits.Preview(value)}' is not clean: it holds an empty, '.' or '..' part.";
            start = i + 1;
        }
        return value.IsNormalized(NormalizationForm.FormC) ? null : $"The name '{EntryLimits.Preview(value)}' is not in normalization form C.";
    }

    /// <summary>Compares UTF-8 bytes with '/' first. UTF-16 order differs from UTF-8 only where a surrogate meets U+E000..U+FFFF.</summary>
    private static int CompareTree(string a, string b)
    {
        var n = Math.Min(a.Length, b.Length);
        for (var i = 0; i < n; i++)
        {
            char x = a[i], y = b[i];
            if (x == y) continue;
            if (x == '/') return -1;
            if (y == '/') return 1;
            var xs = char.IsSurrogate(x);
            return xs == char.IsSurrogate(y) ? x.CompareTo(y) : xs ? 1 : -1;
        }
        return a.Length.CompareTo(b.Length);
    }
}
