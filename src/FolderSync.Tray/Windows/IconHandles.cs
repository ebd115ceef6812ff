using System.Buffers.Binary;
using System.Runtime.Versioning;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Windows;

/// <summary>The pictures as Windows icons, each created once per size.</summary>
[SupportedOSPlatform("windows")]
internal sealed class IconHandles(IconSet icons) : IDisposable
{
    private const int HeaderSize = 40;

    private readonly Dictionary<(IconState, int Frame, int Size), nint> _handles = [];

    public nint Get(IconState state, int frame, int size)
    {
        if (!_handles.TryGetValue((state, frame, size), out var handle))
            _handles[(state, frame, size)] = handle = Make(icons.Image(state, frame, size), size);
        return handle;
    }

    public void Dispose()
    {
        foreach (var handle in _handles.Values)
            Native.DestroyIcon(handle);
        _handles.Clear();
    }

    private static unsafe nint Make(IconImage image, int size)
    {
        var resource = Resource(image);
        fixed (byte* bits = resource)
            return Native.CreateIconFromResourceEx(bits, (uint)resource.Length, true, Native.IconVersion, size, size, 0);
    }

    /// <summary>An icon resource: BITMAPINFOHEADER of twice the height, B G R A from the bottom up, then an empty mask.</summary>
    public static byte[] Resource(IconImage image)
    {
        var size = image.Size;
        var maskRow = (size + 31) / 32 * 4;
        var resource = new byte[HeaderSize + (4 * size * size) + (maskRow * size)];
        BinaryPrimitives.WriteInt32LittleEndian(resource, HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(resource.AsSpan(4), size);
        BinaryPrimitives.WriteInt32LittleEndian(resource.AsSpan(8), 2 * size);
        BinaryPrimitives.WriteInt16LittleEndian(resource.AsSpan(12), 1);
        BinaryPrimitives.WriteInt16LittleEndian(resource.AsSpan(14), 32);
        for (var y = 0; y < size; y++)
        {
            for (var x = 0; x < size; x++)
            {
                var argb = BinaryPrimitives.ReadUInt32BigEndian(image.Argb.AsSpan(4 * ((y * size) + x)));
                BinaryPrimitives.WriteUInt32LittleEndian(resource.AsSpan(HeaderSize + (4 * (((size - 1 - y) * size) + x))), argb);
            }
        }
        return resource;
    }
}
