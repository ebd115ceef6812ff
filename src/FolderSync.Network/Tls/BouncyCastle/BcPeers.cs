using FolderSync.Core.Model;
using Org.BouncyCastle.Tls;

namespace FolderSync.Network.Tls.BouncyCastle;

/// <summary>What a handshake established, and why it was refused.</summary>
internal sealed class BcHandshakeResult
{
    /// <summary>Set when a certificate is received. It counts only when <see cref="Complete"/>, since the key is proved later.</summary>
    public DeviceId? Peer { get; set; }

    public bool Complete { get; set; }

    public string Crypto { get; set; } = "";

    /// <summary>A sentence for the user when this side's own policy refused.</summary>
    public string? Refusal { get; private set; }

    public TlsFatalAlert Refuse(short alert, string reason)
    {
        Refusal = reason;
        return new TlsFatalAlert(alert, reason);
    }
}

internal sealed class BcClient(DeviceIdentity identity, BcCrypto crypto, BcHandshakeResult outcome) : DefaultTlsClient(crypto)
{
    public override bool RequiresCloseNotify() => false;

    public override bool ShouldCheckSigAlgOfPeerCerts() => false;

    public override TlsAuthentication GetAuthentication() => new Authentication(this);

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        var security = m_context.SecurityParameters;
        if (!BcPolicy.Bep.Equals(security.ApplicationProtocol))
            throw outcome.Refuse(AlertDescription.no_application_protocol, TlsFailure.NoBep);
        outcome.Crypto = BcPolicy.Describe(security.CipherSuite);
        outcome.Complete = true;
    }

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.TLSv13.Only();

    protected override int[] GetSupportedCipherSuites() => BcPolicy.Suites;

    protected override IList<ProtocolName> GetProtocolNames() => [BcPolicy.Bep];

    protected override IList<int> GetSupportedGroups(IList<int> namedGroupRoles) => BcPolicy.Groups;

    protected override IList<SignatureAndHashAlgorithm> GetSupportedSignatureAlgorithms() => BcPolicy.SignatureAlgorithms();

    protected override CertificateStatusRequest? GetCertificateStatusRequest() => null;

    private void Take(TlsServerCertificate shown)
    {
        if (shown.Certificate is null || shown.Certificate.IsEmpty)
            throw outcome.Refuse(AlertDescription.bad_certificate, TlsFailure.NoCertificate);
        outcome.Peer = BcPolicy.IdentityOf(shown.Certificate);
    }

    private sealed class Authentication(BcClient client) : TlsAuthentication
    {
        public void NotifyServerCertificate(TlsServerCertificate serverCertificate) => client.Take(serverCertificate);

        public TlsCredentials GetClientCredentials(CertificateRequest certificateRequest) =>
            BcPolicy.Credentials(client.Identity, client.OwnCrypto, client.m_context, certificateRequest.GetCertificateRequestContext());
    }

    private DeviceIdentity Identity => identity;

    private BcCrypto OwnCrypto => crypto;
}

internal sealed class BcServer(DeviceIdentity identity, BcCrypto crypto, BcHandshakeResult outcome) : DefaultTlsServer(crypto)
{
    public override bool RequiresCloseNotify() => false;

    public override bool ShouldCheckSigAlgOfPeerCerts() => false;

    public override int[] GetSupportedGroups() => BcPolicy.Groups;

    public override void ProcessClientExtensions(IDictionary<int, byte[]> clientExtensions)
    {
        base.ProcessClientExtensions(clientExtensions);
        if (m_clientProtocolNames is null || !m_clientProtocolNames.Contains(BcPolicy.Bep))
            throw outcome.Refuse(AlertDescription.no_application_protocol, TlsFailure.NoBep);
    }

    public override TlsCredentials GetCredentials() => BcPolicy.Credentials(identity, crypto, m_context, TlsUtilities.EmptyBytes);

    public override CertificateRequest GetCertificateRequest() => new(TlsUtilities.EmptyBytes, BcPolicy.SignatureAlgorithms(), null, null);

    public override void NotifyClientCertificate(Certificate clientCertificate)
    {
        if (clientCertificate is null || clientCertificate.IsEmpty)
            throw outcome.Refuse(AlertDescription.certificate_required, TlsFailure.NoCertificate);
        outcome.Peer = BcPolicy.IdentityOf(clientCertificate);
    }

    public override void NotifyHandshakeComplete()
    {
        base.NotifyHandshakeComplete();
        outcome.Crypto = BcPolicy.Describe(m_context.SecurityParameters.CipherSuite);
        outcome.Complete = true;
    }

    protected override ProtocolVersion[] GetSupportedVersions() => ProtocolVersion.TLSv13.Only();

    protected override int[] GetSupportedCipherSuites() => BcPolicy.Suites;

    protected override bool PreferLocalCipherSuites() => true;

    protected override IList<ProtocolName> GetProtocolNames() => [BcPolicy.Bep];

    protected override bool AllowCertificateStatus() => false;
}
