using System.Globalization;
using System.Xml.Linq;
using SkiaSharp;
using Svg.Skia;

namespace FolderSync.IconRenderer;

/// <summary>One picture of an SVG file. An animated file's root says how many frames its element "turning" has and over how many degrees.</summary>
internal sealed class Drawing(string name, int frame, XDocument svg)
{
    /// <summary>The file's name without its extension.</summary>
    public string Name { get; } = name;

    public int Frame { get; } = frame;

    public static IReadOnlyList<Drawing> Load(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var root = XDocument.Load(path).Root!;
        var frames = (int?)root.Attribute("data-frames") ?? 1;
        var turn = (double?)root.Attribute("data-turn") ?? 0;
        var box = ((string)root.Attribute("viewBox")!).Split(' ').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return [.. Enumerable.Range(0, frames).Select(f => new Drawing(name, f, Turned(root, turn * f / frames, box[2] / 2)))];
    }

    public SKBitmap Render(int size)
    {
        using var picture = new SKSvg();
        using var text = svg.CreateReader();
        picture.Load(text);
        var bounds = picture.Picture!.CullRect;
        var bitmap = new SKBitmap(new SKImageInfo(size, size, SKColorType.Bgra8888, SKAlphaType.Unpremul));
        using var surface = SKSurface.Create(new SKImageInfo(size, size, SKColorType.Bgra8888, SKAlphaType.Premul));
        surface.Canvas.Clear(SKColors.Transparent);
        surface.Canvas.Scale(size / bounds.Width);
        surface.Canvas.DrawPicture(picture.Picture);
        surface.ReadPixels(bitmap.Info, bitmap.GetPixels(), bitmap.RowBytes, 0, 0);
        return bitmap;
    }

    private static XDocument Turned(XElement root, double degrees, double centre)
    {
        var copy = new XElement(root);
        var turning = copy.Descendants().FirstOrDefault(e => (string?)e.Attribute("id") == "turning");
        turning?.SetAttributeValue("transform", string.Create(CultureInfo.InvariantCulture, $"rotate({degrees} {centre} {centre})"));
        var size = ((string)root.Attribute("viewBox")!).Split(' ');
        copy.SetAttributeValue("width", size[2]);
        copy.SetAttributeValue("height", size[3]);
        return new XDocument(copy);
    }
}
