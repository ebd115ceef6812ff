using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FolderSync.Network.Discovery;

/// <summary>
/// Linux' notifications about links, addresses and carriers. .NET's own don't report when a carrier of one of several interfaces goes and comes,
/// which is what pulling a cable does.
/// </summary>
internal sealed partial class Netlink : INetworkChangeSource
{
    private const int AddressFamilyNetlink = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int Route = 0;

    /// <summary>RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR.</summary>
    private const uint Groups = 0x1 | 0x10 | 0x100;

    private readonly Socket _socket;

    private Netlink(Socket socket) => _socket = socket;

    /// <summary>Null on other systems and where the sandbox forbids it.</summary>
    public static Netlink? TryOpen()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var handle = OpenSocket(AddressFamilyNetlink, RawCloseOnExec, Route);
        if (handle < 0)
            return null;
        try
        {
            var address = new Address { Family = AddressFamilyNetlink, Groups = Groups };
            var owner = new SafeSocketHandle(handle, ownsHandle: true);
            if (Bind(handle, ref address, Marshal.SizeOf<Address>()) != 0)
            {
                owner.Dispose();
                return null;
            }

            return new Netlink(new Socket(owner));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Yields an item for one or several notifications; ends when it can't receive any more.</summary>
    public async IAsyncEnumerable<bool> ReadChangesAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new byte[16384];
        while (true)
        {
            try
            {
                if (await _socket.ReceiveAsync(buffer, SocketFlags.None, cancellation).ConfigureAwait(false) == 0)
                    yield break;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.NoBufferSpaceAvailable)
            {
                // The buffer overflowed: that counts as a notification, too.
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException || cancellation.IsCancellationRequested)
            {
                yield break;
            }

            yield return true;
        }
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(int socket, ref Address address, int length);

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Process;
        public uint Groups;
    }
}
