using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FolderSync.Platform;

/// <summary>Which user of this computer is at the other end of a connection over the loopback.</summary>
public static class LocalUser
{
    private const int LocalField = 1;
    private const int RemoteField = 2;
    private const int UserField = 7;
    private const int InodeField = 9;

    private const uint Root = 0;

    /// <summary>The number of the user whose process opened the connection; null where the system doesn't tell (other than Linux).</summary>
    /// <param name="client">The other end.</param>
    /// <param name="server">This end.</param>
    public static uint? Of(IPEndPoint client, IPEndPoint server)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        return Find("/proc/net/tcp", Plain(client), Plain(server)) ?? Find("/proc/net/tcp6", Mapped(client), Mapped(server));
    }

    /// <summary>
    /// Whether that user may act as the one whom this process belongs to: it is the same, or root, who may do everything anyway. Also where the system
    /// doesn't tell the user.
    /// </summary>
    public static bool MayBeOwner(uint? user) => user is not { } known || known == Root || known == Libc.EffectiveUser();

    /// <summary>
    /// Finds the row of the client's socket in the kernel's table. A socket that its process has closed has no inode, and its row names root.
    /// </summary>
    internal static uint? Find(IEnumerable<string> rows, IPEndPoint client, IPEndPoint server)
    {
        var (local, remote) = (Written(client), Written(server));
        foreach (var row in rows)
        {
            var fields = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length > InodeField && fields[InodeField] != "0" && fields[LocalField] == local && fields[RemoteField] == remote &&
                uint.TryParse(fields[UserField], NumberStyles.None, CultureInfo.InvariantCulture, out var user))
            {
                return user;
            }
        }
        return null;
    }

    private static uint? Find(string table, IPEndPoint? client, IPEndPoint? server)
    {
        if (client is null || server is null)
            return null;
        try
        {
            return Find(File.ReadLines(table), client, server);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null if it is no IPv4 address.</summary>
    private static IPEndPoint? Plain(IPEndPoint end) => end.AddressFamily == AddressFamily.InterNetwork ? end
        : end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port) : null;

    private static IPEndPoint Mapped(IPEndPoint end) => new(end.Address.MapToIPv6(), end.Port);

    /// <summary>As the kernel writes it: each four bytes as a number in the processor's order, then the port.</summary>
    private static string Written(IPEndPoint end)
    {
        var bytes = end.Address.GetAddressBytes();
        var text = "";
        for (var i = 0; i < bytes.Length; i += 4)
            text += BitConverter.ToUInt32(bytes, i).ToString("X8", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{text}:{end.Port:X4}");
    }
}
