using SkiaSharp;

namespace FolderSync.IconRenderer;

/// <summary>Shows all pictures in the sizes and on the backgrounds of panels, for review.</summary>
internal static class ContactSheet
{
    private const int Gap = 10;

    private static readonly SKColor[] Panels = [SKColors.White, new(0xEE, 0xEE, 0xEE), new(0x2B, 0x2B, 0x2B), SKColors.Black];

    public static void Write(string path, IReadOnlyList<Drawing> icons, int[] sizes)
    {
        var column = sizes.Max() + Gap;
        var band = sizes.Sum() + (Gap * (sizes.Length + 1));
        using var surface = SKSurface.Create(new SKImageInfo((icons.Count * column) + Gap, band * Panels.Length));
        for (var panel = 0; panel < Panels.Length; panel++)
        {
            using var paint = new SKPaint { Color = Panels[panel] };
            surface.Canvas.DrawRect(0, panel * band, (icons.Count * column) + Gap, band, paint);
            var y = (panel * band) + Gap;
            foreach (var size in sizes)
            {
                for (var i = 0; i < icons.Count; i++)
                {
                    using var bitmap = icons[i].Render(size);
                    surface.Canvas.DrawBitmap(bitmap, Gap + (i * column), y, SKSamplingOptions.Default);
                }
                y += size + Gap;
            }
        }
        using var image = surface.Snapshot();
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(path, png.ToArray());
    }
}
