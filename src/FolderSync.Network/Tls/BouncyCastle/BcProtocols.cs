using Org.BouncyCastle.Tls;

namespace FolderSync.Network.Tls.BouncyCastle;

// The reader decrypts while the writer encrypts. BouncyCastle keeps the two directions' ciphers, counters and keys apart; both touch only the
// output, since the reader answers alerts there. One lock covers the making of every record, and whoever takes output away holds it, too.

internal sealed class BcClientProtocol(Lock gate) : TlsClientProtocol
{
    protected override void WriteRecord(short type, byte[] buf, int off, int len)
    {
        lock (gate)
            base.WriteRecord(type, buf, off, len);
    }

    protected override void WriteRecord(short type, ReadOnlySpan<byte> buffer)
    {
        lock (gate)
            base.WriteRecord(type, buffer);
    }
}

internal sealed class BcServerProtocol(Lock gate) : TlsServerProtocol
{
    protected override void WriteRecord(short type, byte[] buf, int off, int len)
    {
        lock (gate)
            base.WriteRecord(type, buf, off, len);
    }

    protected override void WriteRecord(short type, ReadOnlySpan<byte> buffer)
    {
        lock (gate)
            base.WriteRecord(type, buffer);
    }
}
