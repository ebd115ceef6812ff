using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FolderSync.Core.Model;

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Writes protobuf field by field: a hostile peer sends what no library would write.</summary>
internal sealed class ProtobufWriter
{
    private readonly MemoryStream _bytes = new();

    public byte[] Bytes => _bytes.ToArray();

    public ProtobufWriter Number(int field, ulong value) => Raw((ulong)field << 3).Raw(value);

    public ProtobufWriter Data(int field, ReadOnlySpan<byte> value)
    {
        Raw(((ulong)field << 3) | 2).Raw((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Data(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, ProtobufWriter value) => Data(field, value.Bytes);

    private ProtobufWriter Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
        return this;
    }

    /// <summary>The fields of a message; numbers as they are, everything else as bytes.</summary>
    public static IEnumerable<(int Field, ulong Number, byte[] Data)> Read(byte[] message)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            if ((tag & 7) == 0)
            {
                yield return ((int)(tag >> 3), Varint(message, ref at), []);
                continue;
            }
            var length = (int)Varint(message, ref at);
            yield return ((int)(tag >> 3), 0, message[at..(at + length)]);
            at += length;
        }
    }

    private static ulong Varint(byte[] bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }
}

/// <summary>A folder in the peer's ClusterConfig.</summary>
/// <param name="OwnIndex">The ID of its own index, which ends with <paramref name="OwnSequence"/>.</param>
/// <param name="TheirIndex">The ID of the other side's index, which it has up to <paramref name="TheirSequence"/>; 0 for none.</param>
internal sealed record ClaimedIndex(string Id, ulong OwnIndex, ulong OwnSequence, ulong TheirIndex, ulong TheirSequence);

/// <summary>A device that a test controls byte by byte, on its own TLS connection. It serves the contents that the test gave it.</summary>
internal sealed class WirePeer : IAsyncDisposable
{
    private const int Index = 1, IndexUpdate = 2, Request = 3, Response = 4, ClusterConfig = 0, Close = 7;

    private readonly X509Certificate2 _certificate;
    private readonly Dictionary<string, byte[]> _contents = [];
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _lock = new();
    private readonly List<string> _announced = [];
    private TcpClient? _tcp;
    private SslStream? _stream;
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource<byte[]> _theirConfig = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WirePeer(DeviceId id, X509Certificate2 certificate) => (Id, _certificate) = (id, certificate);

    public DeviceId Id { get; }

    /// <summary>Why the other side ended the connection; null while it is alive.</summary>
    public string? Ended { get; private set; }

    /// <summary>Folders and names that the other side announced on this connection, in order.</summary>
    public IReadOnlyList<string> Announced
    {
        get
        {
            lock (_lock)
                return [.. _announced];
        }
    }

    public static async Task<WirePeer> MakeAsync(string home)
    {
        await Identities.MakeAsync(home, KeyKind.P256);
        return Of(home);
    }

    /// <summary>Uses an existing identity.</summary>
    public static WirePeer Of(string home)
    {
        var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(home, "cert.pem"), Path.Combine(home, "key.pem"));
        return new WirePeer(new DeviceId(SHA256.HashData(certificate.RawData)), certificate);
    }

    /// <summary>Dials, sends Hello, and shares the folders with an index ID of 7.</summary>
    public Task ConnectAsync(SyncDevice device, params string[] folders) => ConnectAsync(device, () => Task.FromResult(folders.Select(f => new ClaimedIndex(f, 7, 0, 0, 0))));

    /// <param name="claims">What this peer shares and has; may wait for the other side's ClusterConfig.</param>
    public async Task ConnectAsync(SyncDevice device, Func<Task<IEnumerable<ClaimedIndex>>> claims)
    {
        await HangUpAsync();
        lock (_lock)
            _announced.Clear();
        (Ended, _theirConfig) = (null, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _tcp = new TcpClient();
        await _tcp.ConnectAsync("127.0.0.1", device.PeerPort);
        _stream = new SslStream(_tcp.GetStream(), false, (_, _, _, _) => true);
        await _stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "syncthing",
            ClientCertificates = [_certificate],
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [new SslApplicationProtocol("bep/1.0")],
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        });
        var hello = new ProtobufWriter().Text(1, "raw").Text(2, "raw").Text(3, "v1").Bytes;
        var head = new byte[6];
        BinaryPrimitives.WriteUInt32BigEndian(head, 0x2EA7D90B);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(4), (ushort)hello.Length);
        await WriteAsync([.. head, .. hello]);
        await _stream.ReadExactlyAsync(head);
        await _stream.ReadExactlyAsync(new byte[BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(4))]);
        _reading = ReadAsync();
        var config = new ProtobufWriter();
        foreach (var folder in await claims())
        {
            var us = new ProtobufWriter().Data(1, Id.ToBytes()).Text(2, "raw").Number(6, folder.OwnSequence).Number(8, folder.OwnIndex);
            var them = new ProtobufWriter().Data(1, device.Id.ToBytes()).Number(6, folder.TheirSequence).Number(8, folder.TheirIndex);
            config.Message(1, new ProtobufWriter().Text(1, folder.Id).Message(16, us).Message(16, them));
        }
        await SendAsync(ClusterConfig, config);
    }

    /// <summary>The highest sequence of this peer's index that the other side claims to have of the folder.</summary>
    public async Task<ulong> KnownSequenceAsync(string folder) => (await KnownIndexAsync(folder, Id)).Sequence;

    /// <summary>
    /// What the other side's ClusterConfig says of a device's index of the folder: the ID and the highest sequence; zeros if nothing.
    /// </summary>
    public async Task<(ulong IndexId, ulong Sequence)> KnownIndexAsync(string folder, DeviceId device)
    {
        foreach (var (_, _, listed) in ProtobufWriter.Read(await _theirConfig.Task.WaitAsync(TestSettings.Timeout)).Where(f => f.Field == 1))
        {
            var fields = ProtobufWriter.Read(listed).ToList();
            if (Encoding.UTF8.GetString(fields.First(f => f.Field == 1).Data) != folder)
                continue;
            var one = fields.Where(f => f.Field == 16).Select(f => ProtobufWriter.Read(f.Data).ToList()).First(d => d.First(f => f.Field == 1).Data.AsSpan().SequenceEqual(device.ToBytes()));
            return (one.FirstOrDefault(f => f.Field == 8).Number, one.FirstOrDefault(f => f.Field == 6).Number);
        }
        return default;
    }

    public Task AnnounceAsync(string folder, bool isFull, params ProtobufWriter[] entries) => SendAsync(isFull ? Index : IndexUpdate, Body(folder, entries));

    /// <summary>Sends it compressed, so that runs of equal bytes take almost no space. Returns the number of bytes sent.</summary>
    public async Task<int> AnnounceCompressedAsync(string folder, params ProtobufWriter[] entries)
    {
        var raw = Body(folder, entries).Bytes;
        var block = CompressRuns(raw);
        var body = new byte[4 + block.Length];
        BinaryPrimitives.WriteInt32BigEndian(body, raw.Length);
        block.CopyTo(body, 4);
        await WriteAsync(Frame(new ProtobufWriter().Number(1, IndexUpdate).Number(2, 1).Bytes, body));
        return body.Length;
    }

    /// <summary>Adds a small file, which this peer serves.</summary>
    public ProtobufWriter File(string name, string content, ulong sequence)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        _contents[name] = bytes;
        var block = new ProtobufWriter().Number(2, (ulong)bytes.Length).Data(3, SHA256.HashData(bytes));
        return Entry(name, sequence).Number(3, (ulong)bytes.Length).Message(16, block);
    }

    /// <summary>The fields that all entries have; the test adds more.</summary>
    public static ProtobufWriter Entry(string name, ulong sequence) => new ProtobufWriter().Text(1, name).Number(4, 0x1A4).Number(5, 1_700_000_000)
        .Message(9, new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, 99).Number(2, sequence))).Number(10, sequence).Number(12, 99);

    public async ValueTask DisposeAsync()
    {
        await HangUpAsync();
        _certificate.Dispose();
        _writing.Dispose();
    }

    private static ProtobufWriter Body(string folder, ProtobufWriter[] entries) => entries.Aggregate(new ProtobufWriter().Text(1, folder), (m, e) => m.Message(2, e));

    private async Task HangUpAsync()
    {
        _tcp?.Dispose();
        if (_stream is not null)
            await _stream.DisposeAsync();
        await _reading;
    }

    private Task SendAsync(int type, ProtobufWriter body) => WriteAsync(Frame(new ProtobufWriter().Number(1, (ulong)type).Bytes, body.Bytes));

    private static byte[] Frame(byte[] header, byte[] body)
    {
        var frame = new byte[6 + header.Length + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)header.Length);
        header.CopyTo(frame, 2);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(2 + header.Length), body.Length);
        body.CopyTo(frame, 6 + header.Length);
        return frame;
    }

    private async Task WriteAsync(byte[] bytes)
    {
        await _writing.WaitAsync();
        try
        {
            await _stream!.WriteAsync(bytes);
            await _stream.FlushAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var (type, body) = await ReadFrameAsync();
                if (type == ClusterConfig)
                    _theirConfig.TrySetResult(body);
                else if (type is Index or IndexUpdate)
                    Note(body);
                else if (type == Request)
                    await AnswerAsync(body);
                else if (type == Close)
                    Ended ??= Encoding.UTF8.GetString(body);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            Ended ??= e.Message;
        }
    }

    private void Note(byte[] index)
    {
        var fields = ProtobufWriter.Read(index).ToList();
        var folder = Encoding.UTF8.GetString(fields.First(f => f.Field == 1).Data);
        lock (_lock)
            _announced.AddRange(fields.Where(f => f.Field == 2).Select(f => $"{folder}/{Encoding.UTF8.GetString(ProtobufWriter.Read(f.Data).First(e => e.Field == 1).Data)}"));
    }

    private async Task<(int Type, byte[] Body)> ReadFrameAsync()
    {
        var length = new byte[4];
        await _stream!.ReadExactlyAsync(length.AsMemory(0, 2));
        var header = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await _stream.ReadExactlyAsync(header);
        await _stream.ReadExactlyAsync(length);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await _stream.ReadExactlyAsync(body);
        var fields = ProtobufWriter.Read(header).ToList();
        return ((int)fields.FirstOrDefault(f => f.Field == 1).Number, fields.FirstOrDefault(f => f.Field == 2).Number == 1 ? Decompress(body) : body);
    }

    private static byte[] Decompress(byte[] body)
    {
        var raw = new byte[BinaryPrimitives.ReadInt32BigEndian(body)];
        Assert.Equal(raw.Length, K4os.Compression.LZ4.LZ4Codec.Decode(body.AsSpan(4), raw));
        return raw;
    }

    private Task AnswerAsync(byte[] request)
    {
        var fields = ProtobufWriter.Read(request).ToList();
        var answer = new ProtobufWriter().Number(1, fields.FirstOrDefault(f => f.Field == 1).Number);
        return _contents.TryGetValue(Encoding.UTF8.GetString(fields.First(f => f.Field == 3).Data), out var content)
            ? SendAsync(Response, answer.Data(2, content))
            : SendAsync(Response, answer.Number(3, 2));
    }

    /// <summary>An LZ4 block: runs of one byte become a match with an offset of 1, everything else is literal.</summary>
    private static byte[] CompressRuns(byte[] raw)
    {
        var block = new MemoryStream();
        var from = 0;
        for (var i = 0; i < raw.Length;)
        {
            var run = raw.AsSpan(i).IndexOfAnyExcept(raw[i]) is var n and >= 0 ? n : raw.Length - i;
            // The format requires that the last bytes are literal.
            run = Math.Min(run, raw.Length - 16 - i);
            if (run < 64)
            {
                i += Math.Max(1, run);
                continue;
            }
            var literals = i + 1 - from;
            var match = run - 1 - 4;
            block.WriteByte((byte)((Math.Min(literals, 15) << 4) | 15));
            WriteLength(block, literals - 15);
            block.Write(raw, from, literals);
            block.Write([1, 0]);
            WriteLength(block, match - 15);
            from = i += run;
        }
        var rest = raw.Length - from;
        block.WriteByte((byte)(Math.Min(rest, 15) << 4));
        WriteLength(block, rest - 15);
        block.Write(raw, from, rest);
        return block.ToArray();
    }

    private static void WriteLength(MemoryStream to, int length)
    {
        if (length < 0)
            return;
        for (; length >= 255; length -= 255)
            to.WriteByte(255);
        to.WriteByte((byte)length);
    }
}
