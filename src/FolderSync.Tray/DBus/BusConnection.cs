using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace FolderSync.Tray.DBus;

/// <summary>An object that others may call.</summary>
internal interface IBusObject
{
    string Path { get; }

    /// <summary>Called on the receive loop: it must not wait.</summary>
    /// <returns>Signature and values of the answer; null: there is no such method.</returns>
    (string Signature, object[] Values)? Answer(DBusMessage call);
}

/// <summary>One connection to a message bus: calls, signals both ways, objects that answer. One receive loop; sending is serialized.</summary>
internal sealed partial class BusConnection : IAsyncDisposable
{
    public const string Bus = "org.freedesktop.DBus";
    public const string BusPath = "/org/freedesktop/DBus";
    private const int MaxLine = 4096;

    private static readonly TimeSpan CallTime = TimeSpan.FromSeconds(20);

    private readonly NetworkStream _stream;
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<DBusMessage>> _calls = new();
    private readonly ConcurrentDictionary<string, IBusObject> _objects = new();
    private readonly CancellationTokenSource _ending = new();
    private int _serial;
    private Task _receiving = Task.CompletedTask;

    private BusConnection(NetworkStream stream) => _stream = stream;

    /// <summary>":1.42".</summary>
    public string Name { get; private set; } = "";

    /// <summary>Called on the receive loop: it must not wait.</summary>
    public event Action<DBusMessage>? Signal;

    /// <summary>Done when the bus is gone.</summary>
    public Task Ended => _receiving;

    /// <exception cref="DBusException">It can't be reached, or does not let us in.</exception>
    public static async Task<BusConnection> ConnectAsync(string address, CancellationToken cancellation)
    {
        var endPoints = BusAddress.EndPoints(address);
        Exception? last = null;
        foreach (var endPoint in endPoints)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(endPoint, cancellation);
                var connection = new BusConnection(new NetworkStream(socket, ownsSocket: true));
                await connection.AuthenticateAsync(cancellation);
                connection._receiving = connection.ReceiveAsync();
                connection.Name = (await connection.CallAsync(Bus, BusPath, Bus, "Hello", "", [], cancellation)).Text(0);
                return connection;
            }
            catch (Exception e) when (e is SocketException or IOException or DBusException or DBusErrorReply)
            {
                socket.Dispose();
                last = e;
            }
        }
        throw new DBusException($"The session's D-Bus at '{address}' can't be reached: {last?.Message ?? "it is not a Unix socket"}.", last);
    }

    public void Add(IBusObject o) => _objects[o.Path] = o;

    /// <exception cref="DBusErrorReply">The answer is an error.</exception>
    /// <exception cref="DBusException">The bus is gone, or no answer came.</exception>
    public async Task<DBusMessage> CallAsync(string destination, string path, string @interface, string member, string signature, object[] values, CancellationToken cancellation)
    {
        var serial = (uint)Interlocked.Increment(ref _serial);
        var answer = new TaskCompletionSource<DBusMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[serial] = answer;
        try
        {
            if (_ending.IsCancellationRequested)
                throw new DBusException("The session's D-Bus is gone.");
            await SendAsync(new DBusMessage(MessageKind.Call, serial)
            {
                Destination = destination,
                Path = path,
                Interface = @interface,
                Member = member,
                Signature = signature,
                Body = values,
            }, cancellation);
            var reply = await answer.Task.WaitAsync(CallTime, cancellation);
            return reply.Kind == MessageKind.Error ? throw new DBusErrorReply(reply.ErrorName ?? "", reply.Text(0)) : reply;
        }
        catch (TimeoutException e)
        {
            throw new DBusException($"{destination} does not answer {member}.", e);
        }
        finally
        {
            _calls.TryRemove(serial, out _);
        }
    }

    /// <summary>Lost without a word if the bus is gone.</summary>
    public void Emit(string path, string @interface, string member, string signature, params object[] values) => Post(new DBusMessage(MessageKind.Signal)
    {
        Path = path,
        Interface = @interface,
        Member = member,
        Signature = signature,
        Body = values,
    });

    public Task SubscribeAsync(string rule, CancellationToken cancellation) => CallAsync(Bus, BusPath, Bus, "AddMatch", "s", ["type='signal'," + rule], cancellation);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _stream.DisposeAsync();
        await _receiving;
    }

    /// <summary>SASL EXTERNAL: the kernel tells the bus who we are.</summary>
    private async Task AuthenticateAsync(CancellationToken cancellation)
    {
        var user = Convert.ToHexStringLower(Encoding.ASCII.GetBytes(GetUserId().ToString(CultureInfo.InvariantCulture)));
        await _stream.WriteAsync(Encoding.ASCII.GetBytes($"\0AUTH EXTERNAL {user}\r\n"), cancellation);
        var line = await ReadLineAsync(cancellation);
        if (!line.StartsWith("OK ", StringComparison.Ordinal))
            throw new DBusException($"the bus refuses this user ({line})");
        await _stream.WriteAsync("BEGIN\r\n"u8.ToArray(), cancellation);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < MaxLine)
        {
            await _stream.ReadExactlyAsync(one, cancellation);
            if (one[0] == '\n')
                return line.ToString().TrimEnd('\r');
            line.Append((char)one[0]);
        }
        throw new DBusException("the bus does not speak D-Bus");
    }

    private async Task ReceiveAsync()
    {
        try
        {
            var start = new byte[MessageCodec.FixedSize];
            while (true)
            {
                await _stream.ReadExactlyAsync(start, _ending.Token);
                var data = new byte[MessageCodec.LengthOf(start)];
                start.CopyTo(data, 0);
                await _stream.ReadExactlyAsync(data.AsMemory(start.Length), _ending.Token);
                Take(MessageCodec.Decode(data));
            }
        }
        catch (Exception e) when (e is IOException or DBusException or ObjectDisposedException or OperationCanceledException)
        {
            await _ending.CancelAsync();
            foreach (var call in _calls.Values)
                call.TrySetException(new DBusException("The session's D-Bus is gone.", e));
        }
    }

    private void Take(DBusMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.Return or MessageKind.Error:
                if (message.ReplySerial is { } serial && _calls.TryRemove(serial, out var call))
                    call.TrySetResult(message);
                break;
            case MessageKind.Signal:
                Signal?.Invoke(message);
                break;
            case MessageKind.Call:
                var answer = Answer(message);
                if (!message.NoReply)
                    Post(answer with { ReplySerial = message.Serial, Destination = message.Sender });
                break;
        }
    }

    private DBusMessage Answer(DBusMessage call)
    {
        var error = new DBusMessage(MessageKind.Error) { Signature = "s" };
        if (call is { Interface: "org.freedesktop.DBus.Peer", Member: "Ping" })
            return new DBusMessage(MessageKind.Return);
        if (!_objects.TryGetValue(call.Path ?? "", out var o))
            return error with { ErrorName = "org.freedesktop.DBus.Error.UnknownObject", Body = [$"There is no object {call.Path}."] };
        try
        {
            if (o.Answer(call) is var (signature, values))
                return new DBusMessage(MessageKind.Return) { Signature = signature, Body = values };
            return error with { ErrorName = "org.freedesktop.DBus.Error.UnknownMethod", Body = [$"{call.Path} has no method {call.Interface}.{call.Member}."] };
        }
        catch (Exception e) when (e is InvalidCastException or ArgumentException or IndexOutOfRangeException or DBusException)
        {
            return error with { ErrorName = "org.freedesktop.DBus.Error.InvalidArgs", Body = [$"{call.Member} does not take these arguments."] };
        }
    }

    private void Post(DBusMessage message) => _ = PostAsync(message with { Serial = (uint)Interlocked.Increment(ref _serial) });

    private async Task PostAsync(DBusMessage message)
    {
        try
        {
            await SendAsync(message, _ending.Token);
        }
        catch (Exception e) when (e is DBusException or OperationCanceledException)
        {
            // The receive loop finds the same and ends the connection.
        }
    }

    private async Task SendAsync(DBusMessage message, CancellationToken cancellation)
    {
        var data = MessageCodec.Encode(message);
        await _sending.WaitAsync(cancellation);
        try
        {
            // Half a message would be worse than none: once begun, only the connection's end stops it.
            await _stream.WriteAsync(data, _ending.Token);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw new DBusException("The session's D-Bus is gone.", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetUserId();
}
