using SkiaSharp;

namespace FolderSync.IconRenderer;

/// <summary>The picture on the first and last page of the Windows setup program, for 96 DPI. Windows requires a BMP.</summary>
internal static class SetupBanner
{
    private const int Width = 164;
    private const int Height = 314;
    private const int IconSize = 104;
    private const int IconTop = 48;
    private const int HeaderLength = 54;
    private const int PixelsPerMetre = 3780;

    /// <param name="icon">The icon, whose square has the color <paramref name="ground"/>.</param>
    public static void Write(string path, Drawing icon, SKColor ground)
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width, Height, SKColorType.Bgra8888, SKAlphaType.Opaque));
        surface.Canvas.Clear(ground);
        using var drawn = icon.Render(IconSize);
        surface.Canvas.DrawBitmap(drawn, (Width - IconSize) / 2, IconTop, SKSamplingOptions.Default);
        using var pixels = SKBitmap.FromImage(surface.Snapshot());
        using var file = new BinaryWriter(File.Create(path));
        const int row = ((Width * 3) + 3) / 4 * 4;
        file.Write("BM"u8);
        file.Write(HeaderLength + (row * Height));
        file.Write(0);
        file.Write(HeaderLength);
        file.Write(40);
        file.Write(Width);
        file.Write(Height);
        file.Write((short)1);
        file.Write((short)24);
        file.Write(0);
        file.Write(row * Height);
        file.Write(PixelsPerMetre);
        file.Write(PixelsPerMetre);
        file.Write(0L);
        for (var y = Height - 1; y >= 0; y--)
        {
            for (var x = 0; x < Width; x++)
            {
                var pixel = pixels.GetPixel(x, y);
                file.Write([pixel.Blue, pixel.Green, pixel.Red]);
            }
            file.Write(new byte[row - (Width * 3)]);
        }
    }
}
