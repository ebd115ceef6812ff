using System.Buffers;
using System.Text;

namespace FolderSync.Filesystem.Unix;

/// <summary>What a file has besides content, mode and times: its owner, and its extended attributes, access lists among them.</summary>
internal static unsafe class ForeignMetadata
{
    /// <summary>The kernel's limit for the list of names, and for one value.</summary>
    private const int Largest = 64 << 10;

    /// <summary>
    /// Capabilities and signatures belong to the content that they were given to. The rest is overlayfs' own bookkeeping.
    /// </summary>
    private static readonly byte[][] OfTheContent =
        [.. new[] { "security.capability", "security.ima", "security.evm", "trusted.overlay." }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Copies all that the system allows; a filesystem without attributes has none.</summary>
    public static void Copy(int from, int to)
    {
        CopyOwner(from, to);
        var names = ArrayPool<byte>.Shared.Rent(Largest);
        byte[]? value = null;
        try
        {
            fixed (byte* list = names)
            {
                var length = (int)Libc.ListAttributes(from, list, Largest);
                for (int at = 0, next; at < length; at = next)
                {
                    next = at + names.AsSpan(at..length).IndexOf((byte)0) + 1;
                    if (next <= at)
                        return;
                    if (IsOfTheContent(names.AsSpan(at, next - at)))
                        continue;
                    value ??= ArrayPool<byte>.Shared.Rent(Largest);
                    fixed (byte* bytes = value)
                    {
                        if (Libc.GetAttribute(from, list + at, bytes, Largest) is var size and >= 0)
                            _ = Libc.SetAttribute(to, list + at, bytes, size, 0);
                    }
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(names);
            if (value is not null)
                ArrayPool<byte>.Shared.Return(value);
        }
    }

    /// <summary>Only the administrator may give a file away; anyone may give it to a group of theirs.</summary>
    private static void CopyOwner(int from, int to)
    {
        if (Libc.StatOpen(from, out var old) != 0 || Libc.StatOpen(to, out var now) != 0 || (old.Owner == now.Owner && old.Group == now.Group))
            return;
        if (Libc.ChangeOpenOwner(to, old.Owner, old.Group) != 0)
            _ = Libc.ChangeOpenOwner(to, Libc.SameOwner, old.Group);
    }

    private static bool IsOfTheContent(ReadOnlySpan<byte> name)
    {
        foreach (var prefix in OfTheContent)
        {
            if (name.StartsWith(prefix))
                return true;
        }
        return false;
    }
}
