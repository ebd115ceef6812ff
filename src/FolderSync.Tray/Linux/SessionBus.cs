using FolderSync.Tray.Logging;
using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>The bus can't be reached, or a call got no proper reply; the message is a sentence.</summary>
internal sealed class BusException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Writes a message's body.</summary>
internal delegate void BusBody(ref MessageWriter writer);

/// <summary>A method or signal.</summary>
/// <param name="Signature">The signature of the body; null when there is none.</param>
internal readonly record struct BusMember(string Path, string Interface, string Member, string? Signature = null);

/// <summary>
/// The session bus, over Tmds.DBus.Protocol. Adds what a desktop program needs: every call times out, only addresses on this computer are used, and
/// an unexpected message never closes the connection.
/// </summary>
internal sealed class SessionBus : IDisposable
{
    public const string Service = "org.freedesktop.DBus";

    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(20);

    private readonly DBusConnection _connection;

    private SessionBus(DBusConnection connection)
    {
        _connection = connection;
        Ended = connection.DisconnectedAsync();
    }

    /// <summary>Completes when the bus is gone.</summary>
    public Task Ended { get; }

    /// <exception cref="BusException">It can't be reached or refuses the connection.</exception>
    public static async Task<SessionBus> ConnectAsync(string address, TrayLog log, CancellationToken cancellation)
    {
        Exception? last = null;
        foreach (var candidate in BusAddress.OnThisComputer(address))
        {
            var connection = new DBusConnection(new Options(candidate, log));
            try
            {
                await connection.ConnectAsync().AsTask().WaitAsync(s_callTimeout, cancellation);
                if (connection.UniqueName is not null)
                    return new SessionBus(connection);
                throw new DBusConnectionException("it is no message bus");
            }
            catch (Exception e) when (e is DBusExceptionBase or TimeoutException)
            {
                connection.Dispose();
                last = e;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        throw new BusException($"The session's D-Bus at '{address}' can't be reached: {last?.Message ?? "it is not a Unix socket"}.", last);
    }

    public void Add(IPathMethodHandler handler) => _connection.AddMethodHandler(handler);

    /// <exception cref="BusException">The reply is an error or has another type, none came, or the bus is gone.</exception>
    public async Task<T> CallAsync<T>(string service, BusMember method, BusBody? body, MessageValueReader<T> reader, CancellationToken cancellation)
    {
        try
        {
            return await _connection.CallMethodAsync(CallMessage(service, method, body), reader).WaitAsync(s_callTimeout, cancellation);
        }
        catch (TimeoutException e)
        {
            throw new BusException($"{service} does not answer {method.Member}.", e);
        }
        catch (DBusMessageException e)
        {
            throw new BusException(e.Message, e);
        }
        catch (Exception e) when (e is DBusExceptionBase or ObjectDisposedException)
        {
            throw new BusException("The session's D-Bus is gone.", e);
        }
    }

    /// <summary>Sends a signal; silently dropped if the bus is gone.</summary>
    public void Emit(BusMember signal, BusBody? body = null)
    {
        var writer = _connection.GetMessageWriter();
        try
        {
            writer.WriteSignalHeader(null, signal.Path, signal.Interface, signal.Member, signal.Signature);
            body?.Invoke(ref writer);
            _connection.TrySendMessage(writer.CreateMessage());
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <param name="reader">Runs on the receive loop, like <paramref name="handler"/>: neither may wait, and the reader may not throw.</param>
    /// <exception cref="BusException">The bus is gone, or has too many rules.</exception>
    public async Task SubscribeAsync<T>(MatchRule rule, MessageValueReader<T> reader, Action<T> handler, CancellationToken cancellation)
    {
        try
        {
            await _connection.AddMatchAsync(rule, reader, (Notification<T> n) => handler(n.Value), emitOnCapturedContext: false).AsTask().WaitAsync(s_callTimeout, cancellation);
        }
        catch (Exception e) when (e is DBusExceptionBase or TimeoutException or ObjectDisposedException)
        {
            throw new BusException($"The session's D-Bus reports no changes: {e.Message}", e);
        }
    }

    public void Dispose() => _connection.Dispose();

    private MessageBuffer CallMessage(string service, BusMember method, BusBody? body)
    {
        var writer = _connection.GetMessageWriter();
        try
        {
            writer.WriteMethodCallHeader(service, method.Path, method.Interface, method.Member, method.Signature);
            body?.Invoke(ref writer);
            return writer.CreateMessage();
        }
        finally
        {
            writer.Dispose();
        }
    }

    private sealed class Options : DBusConnectionOptions
    {
        public Options(string address, TrayLog log)
            : base(address) => OnException = e => Survive(e, log);

        /// <summary>Accepts no file descriptors.</summary>
        protected override async ValueTask<SetupResult> SetupAsync(CancellationToken cancellationToken)
        {
            var setup = await base.SetupAsync(cancellationToken);
            setup.SupportsFdPassing = false;
            return setup;
        }

        /// <summary>The library would close the connection, and so end the tray, because of one unexpected message.</summary>
        private static void Survive(DBusConnection.ExceptionContext context, TrayLog log)
        {
            if (context.Source == DBusConnection.ExceptionSource.ConnectionFailed)
                return;
            context.DisconnectConnection = false;
            log.Write($"A message on the session's D-Bus could not be handled: {context.Exception.Message}");
        }
    }
}
