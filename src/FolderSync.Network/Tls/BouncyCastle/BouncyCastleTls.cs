using Org.BouncyCastle.Tls;

namespace FolderSync.Network.Tls.BouncyCastle;

/// <summary>TLS with BouncyCastle: managed code, the same on every platform, and the only stack that can use an Ed25519 key.</summary>
internal sealed class BouncyCastleTls(DeviceIdentity identity) : ITlsStack
{
    public const string StackName = "bouncycastle";

    public string Name => StackName;

    public Task<TlsSession> ServerAsync(Stream raw, CancellationToken cancellation)
    {
        var gate = new Lock();
        var outcome = new BcHandshakeResult();
        var protocol = new BcServerProtocol(gate);
        return HandshakeAsync(raw, protocol, gate, outcome, () => protocol.Accept(new BcServer(identity, new BcCrypto(), outcome)), cancellation);
    }

    public Task<TlsSession> ClientAsync(Stream raw, CancellationToken cancellation)
    {
        var gate = new Lock();
        var outcome = new BcHandshakeResult();
        var protocol = new BcClientProtocol(gate);
        return HandshakeAsync(raw, protocol, gate, outcome, () => protocol.Connect(new BcClient(identity, new BcCrypto(), outcome)), cancellation);
    }

    private static async Task<TlsSession> HandshakeAsync(
        Stream raw, TlsProtocol protocol, Lock gate, BcHandshakeResult outcome, Action begin, CancellationToken cancellation)
    {
        var stream = new BcStream(raw, protocol, gate);
        try
        {
            begin();
            await stream.HandshakeAsync(outcome, cancellation).ConfigureAwait(false);
            return new TlsSession(stream, outcome.Peer ?? throw new TransportException(TlsFailure.NoCertificate), outcome.Crypto);
        }
        catch (Exception e)
        {
            // Give an alert time to arrive; end a cancelled handshake at once.
            if (e is not OperationCanceledException)
                await raw.DisposeAsync().ConfigureAwait(false);
            stream.Abandon();
            if (outcome.Refusal is { } refusal)
                throw new TransportException(refusal, e);
            if (!TlsFailure.IsHandshakeFault(e))
                throw;
            throw TlsFailure.ToTransportException(e);
        }
    }
}
