using FolderSync.IconRenderer;
using SkiaSharp;

// IconRenderer SVG-DIRECTORY OUTPUT-DIRECTORY: renders everything that the tray, the installers and the desktop need.
if (args is not [var drawings, var results])
{
    Console.Error.WriteLine("Usage: IconRenderer DIRECTORY-OF-SVG DIRECTORY-FOR-RESULTS");
    return 2;
}

int[] traySizes = [16, 20, 22, 24, 32, 40, 48, 64];
int[] programSizes = [16, 24, 32, 48, 64, 128, 256];
int[] sheetSizes = [16, 22, 24, 32, 48];
string[] states = ["idle", "syncing", "paused", "error", "disconnected", "attention"];

Directory.CreateDirectory(results);
var icons = states.SelectMany(s => Drawing.Load(Path.Combine(drawings, s + ".svg"))).ToList();
IconPack.Write(Path.Combine(results, "tray.icons"), icons, traySizes);
ContactSheet.Write(Path.Combine(results, "contact-sheet.png"), icons, sheetSizes);

var program = Drawing.Load(Path.Combine(drawings, "foldersync.svg"))[0];
WindowsIcon.Write(Path.Combine(results, "foldersync.ico"), program, programSizes);
SetupBanner.Write(Path.Combine(results, "setup-banner.bmp"), program, new SKColor(0x0f, 0x76, 0x6e));
foreach (var size in programSizes)
{
    using var bitmap = program.Render(size);
    using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
    File.WriteAllBytes(Path.Combine(results, $"foldersync-{size}.png"), png.ToArray());
}
return 0;
