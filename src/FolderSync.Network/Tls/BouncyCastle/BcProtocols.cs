using Org.BouncyCastle.Tls;

namespace FolderSync.Network.Tls.BouncyCastle;

// The reader decrypts and the writer encrypts at the same time. BouncyCastle keeps the two directions' ciphers, counters and keys
// apart; what both sides touch is the output: the reader answers alerts there. Every record is made under one gate, which
// whoever takes output away holds as well.

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
