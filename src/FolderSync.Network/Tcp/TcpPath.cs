using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FolderSync.Network.Tcp;

/// <summary>The path of one TCP connection.</summary>
internal sealed class TcpPath(PeerSocketStream stream) : IConnectionPath
{
    private const int ProtocolTcp = 6;
    private const int TcpInfo = 11;

    /// <summary>Fewer timeouts in a row are just a lost packet.</summary>
    private const int MinTimeouts = 2;

    // struct tcp_info of Linux: eight bytes, then 32-bit numbers.
    private const int TimeoutsAt = 2;
    private const int UnackedAt = 24;
    private const int LastAckReceivedAt = 56;
    private const int InfoLength = 60;

    /// <summary>A 64-bit number; since Linux 4.1.</summary>
    private const int BytesAckedAt = 120;
    private const int LongInfoLength = 128;

    private readonly IPAddress? _local = (stream.Socket.LocalEndPoint as IPEndPoint)?.Address;

    public bool IsLocalAddressGone
    {
        get
        {
            if (_local is null || IPAddress.IsLoopback(_local))
                return false;
            var plain = _local.IsIPv4MappedToIPv6 ? _local.MapToIPv4() : new IPAddress(_local.GetAddressBytes());
            try
            {
                var nics = NetworkInterface.GetAllNetworkInterfaces();
                return nics.Length > 0 && !nics.SelectMany(n => n.GetIPProperties().UnicastAddresses).Any(a => new IPAddress(a.Address.GetAddressBytes()).Equals(plain));
            }
            catch (NetworkInformationException)
            {
                return false;
            }
        }
    }

    public TimeSpan UnacknowledgedFor
    {
        get
        {
            Span<byte> info = stackalloc byte[InfoLength];
            return TryRead(info) && info[TimeoutsAt] >= MinTimeouts && Number(info, UnackedAt) > 0 ? TimeSpan.FromMilliseconds(Number(info, LastAckReceivedAt)) : TimeSpan.Zero;
        }
    }

    public long AcknowledgedBytes
    {
        get
        {
            Span<byte> info = stackalloc byte[LongInfoLength];
            return !TryRead(info) ? 0
                : BitConverter.IsLittleEndian ? BinaryPrimitives.ReadInt64LittleEndian(info[BytesAckedAt..]) : BinaryPrimitives.ReadInt64BigEndian(info[BytesAckedAt..]);
        }
    }

    public void Abort() => stream.Abort();

    private bool TryRead(Span<byte> info)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            return stream.Socket.GetRawSocketOption(ProtocolTcp, TcpInfo, info) >= info.Length;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    private static uint Number(ReadOnlySpan<byte> info, int at) =>
        BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(info[at..]) : BinaryPrimitives.ReadUInt32BigEndian(info[at..]);
}
