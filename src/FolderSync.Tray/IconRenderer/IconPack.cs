using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace FolderSync.IconRenderer;

/// <summary>
/// The tray's pictures in a form that needs no decoder: deflated; a count, then for each picture its name (length byte, ASCII), frame (byte), size
/// (byte), and size × size pixels as A R G B, alpha not premultiplied.
/// </summary>
internal static class IconPack
{
    public static void Write(string path, IReadOnlyList<Drawing> icons, int[] sizes)
    {
        using var file = File.Create(path);
        using var pack = new DeflateStream(file, CompressionLevel.SmallestSize);
        Span<byte> count = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(count, checked((ushort)(icons.Count * sizes.Length)));
        pack.Write(count);
        foreach (var icon in icons)
        {
            foreach (var size in sizes)
            {
                pack.WriteByte((byte)icon.Name.Length);
                pack.Write(Encoding.ASCII.GetBytes(icon.Name));
                pack.WriteByte((byte)icon.Frame);
                pack.WriteByte((byte)size);
                using var bitmap = icon.Render(size);
                pack.Write(Argb(bitmap.GetPixelSpan()));
            }
        }
    }

    private static byte[] Argb(ReadOnlySpan<byte> bgra)
    {
        var argb = new byte[bgra.Length];
        for (var i = 0; i < bgra.Length; i += 4)
            (argb[i], argb[i + 1], argb[i + 2], argb[i + 3]) = (bgra[i + 3], bgra[i + 2], bgra[i + 1], bgra[i]);
        return argb;
    }
}
