using System.Net;
using FolderSync.Api.Service;
using FolderSync.Platform;
using Microsoft.AspNetCore.Connections;

namespace FolderSync.Api.Http;

/// <summary>
/// Limits the connections to the page and the REST API so that nobody shuts the others out: a new connection is always accepted, and beyond the
/// limits an idle one goes for it. Connections that have not brought a request with a key or a session have a limit of their own, and of these goes
/// the oldest of the address that has the most. Thread-safe.
/// </summary>
internal sealed class ConnectionSlots : IDisposable
{
    /// <summary>Beyond it an idle connection goes for each new one, whoever has it.</summary>
    private const int MaxOpen = 3072;

    /// <summary>With those that are being closed. Closing takes a moment; only a flood that is faster gets here.</summary>
    private const int MaxInAll = 8192;

    private readonly Lock _lock = new();
    private readonly LinkedList<Slot> _leastRecentFirst = [];
    private readonly int _maxUnauthenticated;
    private readonly int _maxOpen;
    private readonly int _maxInAll;
    private readonly ILogger? _log;
    private readonly LogThrottle? _refusals;

    public ConnectionSlots(TimeProvider time, ILogger<ConnectionSlots> log)
        : this(UnauthenticatedLimit(ThisProcess.OpenFiles()?.Limit), MaxOpen, MaxInAll) =>
        (_log, _refusals) = (log, new LogThrottle(time, omitted => Log.MoreConnectionsRefused(log, omitted)));

    internal ConnectionSlots(int maxUnauthenticated, int maxOpen, int maxInAll) =>
        (_maxUnauthenticated, _maxOpen, _maxInAll) = (maxUnauthenticated, maxOpen, maxInAll);

    /// <summary>A fourth of the files that the process may open, and at most 1,024: what is left is for folders and peers.</summary>
    internal static int UnauthenticatedLimit(long? openFiles) => (int)Math.Clamp((openFiles ?? 4096) / 4, 64, 1024);

    /// <summary>Middleware around a whole connection.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var remote = connection.RemoteEndPoint as IPEndPoint;
        if (TryEnter(remote?.Address ?? IPAddress.None, connection.Abort, () => UserOf(remote, connection.LocalEndPoint as IPEndPoint)) is not { } slot)
        {
            if (_refusals?.TryPass() == true)
                Log.ConnectionRefused(_log!, _maxInAll);
            connection.Abort();
            return;
        }
        connection.Features.Set(slot);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(slot);
        }
    }

    /// <summary>Middleware around each request: a connection with one is not idle.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<Slot>() is not { } slot)
        {
            await next(context);
            return;
        }
        Touch(slot, +1);
        try
        {
            await next(context);
        }
        finally
        {
            Touch(slot, -1);
        }
    }

    /// <summary>The request has a key or a session: its connection is an authenticated one. A CSRF token alone doesn't authenticate anybody.</summary>
    public static void Admit(HttpContext context) => context.Features.Get<Slot>()?.Admit();

    /// <summary>The user of this computer who made the request's connection; null for others, and where the system doesn't tell.</summary>
    public static uint? UserOf(HttpContext context) => context.Features.Get<Slot>()?.User;

    public void Dispose() => _refusals?.Dispose();

    /// <summary>Null when there are too many.</summary>
    internal Slot? TryEnter(IPAddress remote, Action abort, Func<uint?>? user = null)
    {
        var slot = new Slot(SourceAddress.Group(remote), abort, user);
        Slot? dropped = null;
        lock (_lock)
        {
            if (_leastRecentFirst.Count >= _maxInAll)
                return null;
            var open = _leastRecentFirst.Where(s => !s.IsDropped).ToList();
            var unauthenticated = open.Where(s => !s.IsAdmitted).ToList();
            if (unauthenticated.Count >= _maxUnauthenticated)
                dropped = Victim(unauthenticated.GroupBy(s => s.Remote).MaxBy(g => g.Count())!);
            else if (open.Count >= _maxOpen)
                dropped = unauthenticated.Count > 0 ? Victim(unauthenticated) : open.FirstOrDefault(s => s.Requests == 0);
            if (dropped is not null)
                dropped.IsDropped = true;
            _leastRecentFirst.AddLast(slot.Node);
        }
        dropped?.Abort();
        return slot;
    }

    internal void Leave(Slot slot)
    {
        lock (_lock)
            _leastRecentFirst.Remove(slot.Node);
    }

    internal void Touch(Slot slot, int requests)
    {
        lock (_lock)
        {
            slot.Requests += requests;
            if (slot.Node.List is null)
                return;
            _leastRecentFirst.Remove(slot.Node);
            _leastRecentFirst.AddLast(slot.Node);
        }
    }

    private static uint? UserOf(IPEndPoint? remote, IPEndPoint? local) =>
        remote is not null && local is not null && IPAddress.IsLoopback(remote.Address) ? LocalUser.Of(remote, local) : null;

    /// <summary>The one that has been idle longest; if all have requests, the oldest.</summary>
    private static Slot Victim(IEnumerable<Slot> slots) => slots.MaxBy(s => s.Requests == 0)!;

    internal sealed class Slot
    {
        private const long Unknown = -1;

        private readonly Action _abort;
        private readonly Func<uint?>? _findUser;
        private volatile bool _isAdmitted;
        private long _user = Unknown;

        public Slot(IPAddress remote, Action abort, Func<uint?>? user)
        {
            (Remote, _abort, _findUser) = (remote, abort, user);
            Node = new LinkedListNode<Slot>(this);
        }

        public IPAddress Remote { get; }

        public LinkedListNode<Slot> Node { get; }

        public bool IsAdmitted => _isAdmitted;

        /// <summary>Looked up when it is asked for first: the answer stays right as long as the connection lives.</summary>
        public uint? User
        {
            get
            {
                var user = Interlocked.Read(ref _user);
                if (user == Unknown && _findUser?.Invoke() is { } found)
                    Interlocked.Exchange(ref _user, user = found);
                return user == Unknown ? null : (uint)user;
            }
        }

        public bool IsDropped { get; set; }

        /// <summary>Requests in progress.</summary>
        public int Requests { get; set; }

        public void Admit() => _isAdmitted = true;

        public void Abort() => _abort();
    }
}
