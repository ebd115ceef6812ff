using System.Text;
using FolderSync.Filesystem.Unix;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>Sets and shows a file's owner and extended attributes.</summary>
internal sealed unsafe class MetadataProbe : IDisposable
{
    private const string CapabilityName = "security.capability";

    private readonly Descriptor _file;

    private MetadataProbe(Descriptor file) => _file = file;

    /// <summary>Owner rw, user 12345 r, group r, mask r, others nothing; as Linux keeps it.</summary>
    public static ReadOnlySpan<byte> AccessList =>
    [
        2, 0, 0, 0,
        1, 0, 6, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        2, 0, 4, 0, 0x39, 0x30, 0, 0,
        4, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        16, 0, 4, 0, 0xFF, 0xFF, 0xFF, 0xFF,
        32, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    /// <summary>May bind to any port; as Linux keeps it.</summary>
    public static ReadOnlySpan<byte> Capability => [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Its line in <see cref="ToString"/>.</summary>
    public static string CapabilityLine => $"{CapabilityName}={Convert.ToHexString(Capability)}\n";

    public static MetadataProbe On(string path)
    {
        var fd = Libc.Open(Libc.CurrentDirectory, Encoding.UTF8.GetBytes(path + "\0"), Libc.ReadOnly, 0);
        return fd >= 0 ? new MetadataProbe(new Descriptor(fd)) : throw new IOException($"{path}: error {Errno.Last}");
    }

    /// <summary>What the system refuses is left out.</summary>
    public void Set(string name, ReadOnlySpan<byte> value)
    {
        using var lease = _file.Use();
        fixed (byte* n = Encoding.ASCII.GetBytes(name + "\0"), v = value)
            _ = Libc.SetAttribute(lease.Fd, n, v, value.Length, 0);
    }

    /// <summary>To another user and group, where the process may do that.</summary>
    public void GiveAway()
    {
        using var lease = _file.Use();
        _ = Libc.ChangeOpenOwner(lease.Fd, 23456, 34567);
    }

    /// <summary>The owner, then each attribute in a line.</summary>
    public override string ToString()
    {
        using var lease = _file.Use();
        _ = Libc.StatOpen(lease.Fd, out var stat);
        var names = new byte[4096];
        var lines = new List<string>();
        fixed (byte* list = names)
        {
            var length = (int)Libc.ListAttributes(lease.Fd, list, names.Length);
            foreach (var name in Encoding.ASCII.GetString(names, 0, Math.Max(0, length)).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            {
                var value = new byte[4096];
                fixed (byte* n = Encoding.ASCII.GetBytes(name + "\0"), v = value)
                    lines.Add($"{name}={Convert.ToHexString(value.AsSpan(0, (int)Libc.GetAttribute(lease.Fd, n, v, value.Length)))}\n");
            }
        }
        return $"{stat.Owner}:{stat.Group}\n{string.Concat(lines.Order(StringComparer.Ordinal))}";
    }

    public void Dispose() => _file.Dispose();
}
