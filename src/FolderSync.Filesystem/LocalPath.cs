using FolderSync.Core.Model;

namespace FolderSync.Filesystem;

/// <summary>
/// A path on this device's disk, relative to a folder's root. '/' separates its parts; the implementation converts it to the platform's separator.
/// Unlike a <see cref="FileName"/> it may name items that are never synced (temp files, versions).
/// </summary>
public readonly record struct LocalPath
{
    private readonly string? _value;

    private LocalPath(string value) => _value = value;

    /// <summary>The folder's root itself.</summary>
    public static LocalPath Root => default;

    public string Value => _value ?? "";

    public bool IsRoot => string.IsNullOrEmpty(_value);

    public string Leaf => Value[(Value.LastIndexOf('/') + 1)..];

    public LocalPath Parent => Value.LastIndexOf('/') is var i and > 0 ? new LocalPath(Value[..i]) : default;

    public static LocalPath Of(FileName name) => new(name.Value);

    /// <summary>A child; <paramref name="leaf"/> is a single part without a separator.</summary>
    public LocalPath Child(string leaf)
    {
        if (leaf.Length == 0 || leaf is "." or ".." || leaf.AsSpan().IndexOfAny('/', '\0') >= 0)
            throw new ArgumentException($"'{leaf}' is not one part of a path.", nameof(leaf));
        return new LocalPath(IsRoot ? leaf : Value + "/" + leaf);
    }

    public override string ToString() => Value;
}
