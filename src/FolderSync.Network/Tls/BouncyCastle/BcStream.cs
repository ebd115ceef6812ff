using System.Buffers;
using System.Buffers.Binary;
using Org.BouncyCastle.Tls;

namespace FolderSync.Network.Tls.BouncyCastle;

/// <summary>A BouncyCastle TLS connection in non-blocking mode as an asynchronous stream, for one reader and one writer at a time.</summary>
/// <remarks>
/// Record: type(1) version(2) length(2) fragment(length). Records are handed over one at a time and whole, which is
/// the way that decrypts them in place.
/// Owners: the input buffer belongs to the reader; the output is made under <c>_gate</c> and sent under <c>_sending</c>.
/// </remarks>
internal sealed class BcStream(Stream raw, TlsProtocol protocol, Lock gate) : Stream
{
    private const int HeaderLength = 5;
    private const int MaxRecord = HeaderLength + (1 << 14) + 256;

    /// <summary>Four full records per network write: few system calls, little memory.</summary>
    private const int Batch = 4 << 14;

    private readonly SemaphoreSlim _sending = new(1, 1);
    private byte[] _input = ArrayPool<byte>.Shared.Rent(Batch);
    private int _start, _end;
    private bool _broken;
    private int _disposed;
    private int _reading;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Completes the handshake; data received beyond it stays for the reader.</summary>
    public async Task HandshakeAsync(BcHandshakeResult outcome, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await SendAsync(cancellation).ConfigureAwait(false);
                if (outcome.Complete)
                    return;
                while (!outcome.Complete && TakeRecord() is { Count: > 0 } record)
                    protocol.OfferInput(record.Array!, record.Offset, record.Count);
                if (!outcome.Complete && GetOutputLength() == 0 && !await FillAsync(cancellation).ConfigureAwait(false))
                    throw new TransportException(TlsFailure.Ended);
            }
        }
        catch (IOException)
        {
            await TrySendCloseNotifyAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            throw new InvalidOperationException("One reader at a time.");
        try
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            return await ReadCoreAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
            if (_disposed != 0)
                ReturnInput();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!buffer.IsEmpty)
            {
                ObjectDisposedException.ThrowIf(_disposed != 0, this);
                if (_broken)
                    throw new IOException("The connection broke in an earlier write.");
                var part = buffer[..Math.Min(buffer.Length, Batch)];
                protocol.WriteApplicationData(part.Span);
                await SendLockedAsync(cancellationToken).ConfigureAwait(false);
                buffer = buffer[part.Length..];
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
        // Every write has been sent when it returns.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await TrySendCloseNotifyAsync().ConfigureAwait(false);
            await raw.DisposeAsync().ConfigureAwait(false);
            ReturnInputUnlessReading();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Call after a failed handshake.</summary>
    public void Abandon() => Dispose();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            raw.Dispose();
            ReturnInputUnlessReading();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                // Take as many whole records as are there, up to the requested length; wait for more only when there is nothing to return.
                while (!protocol.IsClosed && protocol.GetAvailableInputBytes() < Math.Max(1, buffer.Length) && TakeRecord() is { Count: > 0 } record)
                    protocol.OfferInput(record.Array!, record.Offset, record.Count);

                var available = protocol.GetAvailableInputBytes();
                if (available > 0 || (buffer.IsEmpty && protocol.IsClosed))
                    return buffer.IsEmpty ? 0 : protocol.ReadApplicationData(buffer.Span[..Math.Min(buffer.Length, available)]);
                if (protocol.IsClosed)
                    return protocol.IsFailed ? throw new IOException("The TLS connection has failed.") : 0;
                if (!await FillAsync(cancellation).ConfigureAwait(false))
                    return _start == _end ? 0 : throw new IOException("The connection ended in the middle of a TLS record.");
            }
        }
        catch (TlsException)
        {
            await TrySendCloseNotifyAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The next whole record in the buffer, or an empty segment.</summary>
    private ArraySegment<byte> TakeRecord()
    {
        var have = _end - _start;
        if (have < HeaderLength)
            return default;
        var length = HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(_input.AsSpan(_start + 3, 2));
        if (length > MaxRecord)
            throw new TlsFatalAlert(AlertDescription.record_overflow);
        if (have < length)
            return default;
        var record = new ArraySegment<byte>(_input, _start, length);
        _start += length;
        return record;
    }

    /// <summary>Waits for more from the network; false at its end.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_input.Length - _start < MaxRecord)
        {
            _input.AsSpan(_start, _end - _start).CopyTo(_input);
            (_start, _end) = (0, _end - _start);
        }

        var got = await raw.ReadAsync(_input.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += got;
        return got > 0;
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await SendLockedAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Sends all output; the caller holds <c>_sending</c>. A write that fails halfway makes the stream unusable.</summary>
    private async Task SendLockedAsync(CancellationToken cancellation)
    {
        for (var waiting = GetOutputLength(); waiting > 0; waiting = GetOutputLength())
        {
            var output = ArrayPool<byte>.Shared.Rent(waiting);
            try
            {
                lock (gate)
                    waiting = protocol.ReadOutput(output, 0, waiting);
                await raw.WriteAsync(output.AsMemory(0, waiting), cancellation).ConfigureAwait(false);
            }
            catch
            {
                _broken = true;
                throw;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(output);
            }
        }
    }

    /// <summary>
    /// Sends close_notify, or the alert that a failure left in the output. Gives up when a writer blocks the network or the peer doesn't read in
    /// time.
    /// </summary>
    private async Task TrySendCloseNotifyAsync()
    {
        using var patience = new CancellationTokenSource(CloseNotify.Timeout);
        try
        {
            if (_broken || !await _sending.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
                return;
            try
            {
                if (!protocol.IsClosed)
                    protocol.Close();
                await SendLockedAsync(patience.Token).ConfigureAwait(false);
            }
            finally
            {
                _sending.Release();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // The connection is already gone.
        }
    }

    private int GetOutputLength()
    {
        lock (gate)
            return protocol.GetAvailableOutputBytes();
    }

    private void ReturnInputUnlessReading()
    {
        if (Interlocked.Exchange(ref _reading, 1) == 0)
            ReturnInput();
    }

    private void ReturnInput()
    {
        var input = Interlocked.Exchange(ref _input, []);
        if (input.Length > 0)
            ArrayPool<byte>.Shared.Return(input);
    }
}
