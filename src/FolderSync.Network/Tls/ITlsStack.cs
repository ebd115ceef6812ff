using FolderSync.Core.Model;

namespace FolderSync.Network.Tls;

/// <summary>
/// Mutually authenticated TLS 1.3 with ALPN "bep/1.0" over any duplex stream. The hash of its certificate alone identifies the peer.
/// </summary>
/// <remarks>
/// The methods own the raw stream: they dispose of it when they fail, with <see cref="TransportException"/> or
/// <see cref="OperationCanceledException"/>, and else the session's stream does. That stream allows one reader and one writer at
/// a time, and reads 0 when the peer ended the connection between two records.
/// </remarks>
public interface ITlsStack
{
    /// <summary>"sslstream" or "bouncycastle".</summary>
    string Name { get; }

    Task<TlsSession> ServerAsync(Stream raw, CancellationToken cancellation);

    Task<TlsSession> ClientAsync(Stream raw, CancellationToken cancellation);
}

/// <param name="Peer">SHA-256 of the certificate whose private key the peer has proved to hold.</param>
/// <param name="Crypto">Such as "TLS1.3-TLS_AES_128_GCM_SHA256".</param>
public sealed record TlsSession(Stream Stream, DeviceId Peer, string Crypto);
