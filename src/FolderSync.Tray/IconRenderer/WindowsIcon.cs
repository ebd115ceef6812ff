using SkiaSharp;

namespace FolderSync.IconRenderer;

/// <summary>The program's icon file: a directory, then each size as a PNG.</summary>
internal static class WindowsIcon
{
    private const int HeaderSize = 6;
    private const int EntrySize = 16;

    public static void Write(string path, Drawing icon, int[] sizes)
    {
        using var file = new BinaryWriter(File.Create(path));
        var pictures = sizes.Select(s => Png(icon, s)).ToList();
        file.Write((ushort)0);
        file.Write((ushort)1);
        file.Write((ushort)sizes.Length);
        var offset = HeaderSize + (EntrySize * sizes.Length);
        foreach (var (size, png) in sizes.Zip(pictures))
        {
            // 0 means 256.
            file.Write((byte)size);
            file.Write((byte)size);
            file.Write((ushort)0);
            file.Write((ushort)1);
            file.Write((ushort)32);
            file.Write(png.Length);
            file.Write(offset);
            offset += png.Length;
        }
        foreach (var png in pictures)
            file.Write(png);
    }

    private static byte[] Png(Drawing icon, int size)
    {
        using var bitmap = icon.Render(size);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return png.ToArray();
    }
}
