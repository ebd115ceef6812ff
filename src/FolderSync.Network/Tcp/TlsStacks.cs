using System.Runtime.InteropServices;
using FolderSync.Network.Tls;
using FolderSync.Network.Tls.BouncyCastle;

namespace FolderSync.Network.Tcp;

/// <summary>Chooses the TLS implementation.</summary>
public static class TlsStacks
{
    public const string SslStream = SslStreamTls.StackName;
    public const string BouncyCastle = BouncyCastleTls.StackName;

    /// <summary>
    /// SslStream on Linux if the own key allows it. Elsewhere BouncyCastle: Schannel doesn't support Ed25519 and Windows 10 no TLS 1.3; macOS has
    /// no TLS 1.3 server.
    /// </summary>
    public static ITlsStack Default(DeviceIdentity identity) =>
        Create(identity, RuntimeInformation.IsOSPlatform(OSPlatform.Linux) && identity.WorksWithSslStream ? SslStream : BouncyCastle);

    /// <param name="name">"sslstream", "bouncycastle", or null or "" for the default.</param>
    /// <exception cref="ArgumentException">Another name, or a stack that can't use this identity's key.</exception>
    public static ITlsStack Create(DeviceIdentity identity, string? name) => name switch
    {
        null or "" => Default(identity),
        SslStream when !identity.WorksWithSslStream =>
            throw new ArgumentException("SslStream can't use an Ed25519 key. Leave the TLS stack to its default, or choose \"bouncycastle\".", nameof(name)),
        SslStream => new SslStreamTls(identity),
        BouncyCastle => new BouncyCastleTls(identity),
        _ => throw new ArgumentException($"There is no TLS stack \"{name}\"; choose \"{SslStream}\" or \"{BouncyCastle}\".", nameof(name)),
    };
}
