using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Engine.Folders;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Peers;
using FolderSync.Engine.Primitives;
using FolderSync.Filesystem;
using FolderSync.Index;
using FolderSync.Network;
using FolderSync.Protocol;
using FolderSync.Protocol.Connections;
using FolderSync.Protocol.Messages;
using FolderSync.Simulator.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FolderSync.Engine.Tests.Peers;

/// <summary>What an index sender announces, and what it must not announce yet.</summary>
public sealed class IndexSenderTests : IAsyncDisposable
{
    private static readonly FolderId Folder = new("f");

    private readonly MemoryFolderIndexes _indexes = new(new DeviceId(new byte[32]), () => 1);
    private readonly CapturedConnection _connection = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeFolder _folder;
    private readonly PeerLink _link;
    private readonly EngineParts _parts;

    public IndexSenderTests()
    {
        _folder = new FakeFolder(_indexes.Open(Folder));
        _parts = new EngineParts(default, TimeProvider.System, null!, null!, null!, null!, null!, new InlineWorkers(), new InlineScheduler(), null!, NullLoggerFactory.Instance)
        {
            OpenConnection = null!,
            NeedsReopening = (_, _) => true,
        };
        _link = new PeerLink(_parts, new AuthenticatedStream(Stream.Null, default, "x", true, "", true), _connection, new PeerPace(TimeProvider.System, new SharedBudget(1 << 20, 1 << 20), _ => { }));
    }

    [Fact]
    public async Task A_page_across_the_mark_is_announced_up_to_the_mark()
    {
        Commit("old");
        _folder.Limit = new AnnouncementLimit(_folder.Index.LocalSequence, Deadline.In(TimeSpan.FromHours(1), TimeProvider.System));
        // A scan found it under its new name; the old name is not missing yet.
        Commit("new");
        var (linking, sending) = Start();
        Assert.Equal(["old"], await _connection.NextNamesAsync());

        _folder.Index.CommitLocal([Entry("old") with { Deleted = true, Blocks = null }]);
        _folder.Limit = null;
        _folder.Listeners.Wake();
        // Both in one update, so that the peer renames.
        Assert.Equal(["new", "old"], await _connection.NextNamesAsync());
        _stop.Cancel();
        await sending;
        _link.Close("done");
        await linking;
    }

    [Fact]
    public async Task What_is_under_the_mark_for_too_long_is_announced_all_the_same()
    {
        Commit("old");
        _folder.Limit = new AnnouncementLimit(_folder.Index.LocalSequence, Deadline.In(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        Commit("new");
        var (linking, sending) = Start();
        Assert.Equal(["old"], await _connection.NextNamesAsync());
        Assert.Equal(["new"], await _connection.NextNamesAsync());
        _stop.Cancel();
        await sending;
        _link.Close("done");
        await linking;
    }

    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        _stop.Dispose();
    }

    private (Task Linking, Task Sending) Start()
    {
        _link.Introduce(new BepMessage.ClusterConfig([], false));
        var linking = _link.RunAsync("link", _ => Task.CompletedTask);
        var sending = Supervisor.RunAsync(
            () => new IndexSender(_parts, default, _folder, _folder.Index!, _link).RunAsync(-1, _stop.Token), e => throw new InvalidOperationException("The sender failed.", e), _stop.Token);
        return (linking, sending);
    }

    private void Commit(string name) => _folder.Index.CommitLocal([Entry(name)]);

    private static FileEntry Entry(string name) => new()
    {
        Name = FileName.Parse(name),
        Version = VersionVector.Of([new Counter(new ShortId(5), 1)]),
        Blocks = new BlockList(128 << 10, 0, new byte[32]),
    };

    private sealed class FakeFolder(IFolderIndex index) : IFolderEndpoint
    {
        public CommitListeners Listeners { get; } = new();

        public AnnouncementLimit? Limit { get; set; }

        public FolderConfig Config { get; } = new() { Id = Folder, Path = "/f" };

        public IFolderIndex Index => index;

        IFolderIndex? IFolderEndpoint.Index => index;

        AnnouncementLimit? IFolderEndpoint.AnnouncementLimit => Limit;

        public IDisposable SubscribeToCommits(Wakeup wakeup) => Listeners.Subscribe(wakeup);

        public Task<(ErrorCode Code, PooledBytes? Data)> ServeAsync(DeviceId peer, BepMessage.Request request, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask ReceiveAsync(ReceivedIndex batch, CancellationToken cancellation) => throw new NotSupportedException();

        public void OnMissed(DeviceId device) => throw new NotSupportedException();

        public Task ForgetAsync(DeviceId device, ulong replaced, CancellationToken cancellation) => throw new NotSupportedException();

        public Task ForgetAllAsync(DeviceId device, CancellationToken cancellation) => throw new NotSupportedException();

        public long? AnnouncedTo(DeviceId device, IFolderIndex index) => null;

        public void OnAnnouncing(DeviceId device, IFolderIndex index, long sequence)
        {
        }

        public Task RenewIndexAsync() => throw new NotSupportedException();

        public void OnSourcesChanged()
        {
        }

        public void OnIndexDamaged(IndexDamagedException e) => throw new NotSupportedException();
    }

    private sealed class CapturedConnection : IBepConnection
    {
        private readonly System.Threading.Channels.Channel<IReadOnlyList<FileEntry>> _announced = System.Threading.Channels.Channel.CreateUnbounded<IReadOnlyList<FileEntry>>();

        public Hello PeerHello => new("", "", "", 0, 0);

        public Compression Compression { get; set; }

        public long BytesReceived => 0;

        public long BytesSent => 0;

        public long AnswerBytesReceived => 0;

        public async Task<IEnumerable<string>> NextNamesAsync() => (await _announced.Reader.ReadAsync()).Select(f => f.Name.Value).ToList();

        public ValueTask SendAsync(BepMessage message, CancellationToken cancellation)
        {
            if (message is BepMessage.Index index)
                _announced.Writer.TryWrite(index.Files);
            else if (message is BepMessage.IndexUpdate update)
                _announced.Writer.TryWrite(update.Files);
            return ValueTask.CompletedTask;
        }

        public ValueTask FlushAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public async ValueTask<BepMessage> ReceiveAsync(CancellationToken cancellation)
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class InlineWorkers : IWorkers
    {
        public int Parallelism => 1;

        public Task<T> Run<T>(Func<T> work, CancellationToken cancellation) => Task.FromResult(work());
    }

    private sealed class InlineScheduler : IEngineScheduler
    {
        public Task Start(string name, Func<Task> loop) => Task.Run(loop);
    }
}
