using FolderSync.Network.Tls.BouncyCastle;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl.BC;

namespace FolderSync.Network.Tests;

/// <summary>A client that sends another device's certificate and signs with its own key.</summary>
internal sealed class ImpersonatingTls(byte[] stolen)
{
    public async Task ConnectAsync(Stream raw) => await Task.Run(() =>
    {
        try
        {
            var protocol = new TlsClientProtocol(raw);
            protocol.Connect(new Client(stolen));
            protocol.Stream.ReadByte();
        }
        catch (IOException)
        {
            // The server refused it.
        }
    });

    private sealed class Client(byte[] stolen) : DefaultTlsClient(new BcTlsCrypto())
    {
        public override TlsAuthentication GetAuthentication() => new Authentication(this, stolen);

        protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.TLSv13.Only();

        protected override IList<ProtocolName> GetProtocolNames() => [BcPolicy.Bep];

        private sealed class Authentication(Client client, byte[] stolen) : TlsAuthentication
        {
            public void NotifyServerCertificate(TlsServerCertificate serverCertificate)
            {
                // This client accepts any server.
            }

            public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest)
            {
                var crypto = (BcTlsCrypto)client.Crypto;
                var chain = new Certificate(certificateRequest.GetCertificateRequestContext(), [new CertificateEntry(new BcTlsCertificate(crypto, stolen), null)]);
                return new BcDefaultTlsCredentialedSigner(
                    new TlsCryptoParameters(client.m_context), crypto, DeviceIdentity.Create().Key, chain,
                    SignatureScheme.GetSignatureAndHashAlgorithm(SignatureScheme.ecdsa_secp256r1_sha256));
            }
        }
    }
}
