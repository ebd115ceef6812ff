using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Icons;

/// <summary>A square picture.</summary>
/// <param name="Argb">Four bytes per pixel: A, R, G, B; alpha not premultiplied; row by row from the top.</param>
internal sealed record IconImage(int Size, byte[] Argb);

/// <summary>The pictures that the build renders from the drawings beside this file.</summary>
internal sealed class IconSet
{
    private readonly Dictionary<(string Name, int Frame), List<IconImage>> _images = [];

    private IconSet()
    {
    }

    public static IconSet Load()
    {
        using var resource = typeof(IconSet).Assembly.GetManifestResourceStream("FolderSync.Tray.tray.icons")
            ?? throw new InvalidOperationException("The icons are not in the program.");
        using var pack = new DeflateStream(resource, CompressionMode.Decompress);
        using var reader = new BinaryReader(pack, Encoding.ASCII);
        var set = new IconSet();
        for (var left = BinaryPrimitives.ReverseEndianness(reader.ReadUInt16()); left > 0; left--)
        {
            var name = Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadByte()));
            var (frame, size) = (reader.ReadByte(), reader.ReadByte());
            if (!set._images.TryGetValue((name, frame), out var sizes))
                set._images[(name, frame)] = sizes = [];
            sizes.Add(new IconImage(size, reader.ReadBytes(4 * size * size)));
        }
        return set;
    }

    /// <summary>The number of frames of the state's animation; 1 for a still picture.</summary>
    public int Frames(IconState state) => _images.Keys.Count(k => k.Name == NameOf(state));

    /// <summary>All sizes, the smallest first.</summary>
    public IReadOnlyList<IconImage> Images(IconState state, int frame) => _images[(NameOf(state), frame % Frames(state))];

    /// <summary>The smallest picture of at least that size, otherwise the largest.</summary>
    public IconImage Image(IconState state, int frame, int size)
    {
        var images = Images(state, frame);
        return images.FirstOrDefault(i => i.Size >= size) ?? images[^1];
    }

    private static string NameOf(IconState state) => state switch
    {
        IconState.Idle => "idle",
        IconState.Syncing => "syncing",
        IconState.Paused => "paused",
        IconState.Error => "error",
        IconState.Disconnected => "disconnected",
        _ => "attention",
    };
}
