using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.Index.Sqlite;

/// <summary>
/// A name as a key: UTF-8 with 0x00 in place of '/', so that the database's bytewise order is the tree order of <see cref="FileName"/>. A name
/// contains no NUL, so this is reversible.
/// </summary>
internal static class NameKey
{
    /// <summary>Sorts after every key: UTF-8 never contains 0xFF.</summary>
    public static byte[] End { get; } = [0xFF];

    public static byte[] Of(FileName name)
    {
        var key = Encoding.UTF8.GetBytes(name.Value);
        key.AsSpan().Replace((byte)'/', (byte)0);
        return key;
    }

    public static FileName NameOf(ReadOnlySpan<byte> key)
    {
        Span<byte> utf8 = key.Length <= 512 ? stackalloc byte[key.Length] : new byte[key.Length];
        key.CopyTo(utf8);
        utf8.Replace((byte)0, (byte)'/');
        // It was validated on arrival, and the record's checksum covers it.
        return default(FileName).Child(Encoding.UTF8.GetString(utf8));
    }

    /// <summary>The keys below <paramref name="directory"/> and after <paramref name="after"/>: greater than From, less than To.</summary>
    public static (byte[] From, byte[] To) Below(FileName directory, FileName after)
    {
        var behind = Of(after);
        if (directory.IsRoot)
            return (behind, End);
        byte[] own = [.. Of(directory), 0], to = [.. own[..^1], 1];
        // No key ends in 0x00, so "greater than own" skips nothing.
        return (behind.AsSpan().SequenceCompareTo(own) > 0 ? behind : own, to);
    }
}
