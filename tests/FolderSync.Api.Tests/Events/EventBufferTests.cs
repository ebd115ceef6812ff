using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Api.Events;
using FolderSync.Api.Service;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using Xunit;

namespace FolderSync.Api.Tests.Events;

/// <summary>Events as clients read them: numbering per filter, limits, waiting, and memory.</summary>
public class EventBufferTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private static readonly EngineEvent A = new EngineEvent.IndexRebuilt(new FolderId("f"), "why");
    private static readonly EngineEvent B = new EngineEvent.ClusterConfigReceived(default);
    private static readonly EngineEvent Local = new EngineEvent.LocalChangeDetected(new FolderId("f"), "", FileName.Parse("x"), FileType.File, ChangeAction.Added, default);

    private readonly EventLog _log = new(TimeProvider.System);
    private readonly EventBuffers _buffers;

    public EventBufferTests() => _buffers = new EventBuffers(_log);

    [Fact]
    public async Task Each_filter_numbers_its_own_events()
    {
        var (some, all) = (_buffers.For(["ClusterConfigReceived"]), _buffers.For(null));
        foreach (var happened in (EngineEvent[])[A, B, A, B, Local])
            _log.Publish(happened);
        Assert.Equal([1L, 2], (await some.WaitAsync(0, 0, Long, default)).Select(e => e.Id));
        Assert.Equal([2L, 4], (await some.WaitAsync(0, 0, Long, default)).Select(e => (long)Json(e.Id, e.Event)["globalID"]!));
        Assert.Equal(["FolderIndexRebuilt", "ClusterConfigReceived", "FolderIndexRebuilt", "ClusterConfigReceived"], (await all.WaitAsync(0, 0, Long, default)).Select(e => e.Event.Type));
        Assert.Same(some, _buffers.For(["ClusterConfigReceived", "ClusterConfigReceived"]));
        Assert.Same(_buffers.For(["A", "B"]), _buffers.For(["B", "A"]));
    }

    [Fact]
    public async Task The_latest_are_given_where_a_limit_is_set()
    {
        for (var i = 0; i < 10; i++)
            _log.Publish(A);
        var buffer = _buffers.For(null);
        Assert.Equal([9L, 10], (await buffer.WaitAsync(0, 2, TimeSpan.Zero, default)).Select(e => e.Id));
        Assert.Equal([10L], (await buffer.WaitAsync(0, 1, TimeSpan.Zero, default)).Select(e => e.Id));
        Assert.Equal([8L, 9, 10], (await buffer.WaitAsync(7, 0, Long, default)).Select(e => e.Id));
        Assert.Empty(await buffer.WaitAsync(10, 0, TimeSpan.Zero, default));
    }

    [Fact]
    public async Task A_future_id_is_waited_for()
    {
        var buffer = _buffers.For(null);
        _log.Publish(A);
        Assert.Empty(await buffer.WaitAsync(3, 0, TimeSpan.FromMilliseconds(20), default));
        var waiting = buffer.WaitAsync(3, 0, Long, default);
        _log.Publish(A);
        _log.Publish(A);
        Assert.False(waiting.IsCompleted);
        _log.Publish(A);
        Assert.Equal([4L], (await waiting).Select(e => e.Id));
    }

    [Fact]
    public async Task Old_events_give_way_and_the_ids_tell()
    {
        for (var i = 0; i < 1500; i++)
            _log.Publish(A);
        var events = await _buffers.For(null).WaitAsync(0, 0, Long, default);
        Assert.Equal(1000, events.Count);
        Assert.Equal(501, events[0].Id);
    }

    [Fact]
    public async Task Big_events_are_bounded_by_their_weight()
    {
        var big = "\"" + new string('x', 1 << 20) + "\"";
        for (var i = 0; i < 50; i++)
            _log.Publish(new ServiceEvent.ConfigSaved(big));
        var events = await _buffers.For(null).WaitAsync(0, 0, Long, default);
        Assert.InRange(events.Count, 1, 8);
        Assert.Equal(50, events[^1].Id);
    }

    [Fact]
    public async Task Closing_answers_whoever_waits()
    {
        var waiting = _buffers.For(null).WaitAsync(0, 0, Long, default);
        _buffers.Close();
        Assert.Empty(await waiting);
        Assert.Empty(await _buffers.For(["New"]).WaitAsync(0, 0, Long, default));
    }

    [Fact]
    public void Any_number_of_filters_is_bounded()
    {
        var first = _buffers.For(["0"]);
        for (var i = 1; i < 500; i++)
            _buffers.For([$"{i}"]);
        Assert.NotSame(first, _buffers.For(["0"]));
    }

    private static JsonNode Json(long id, EventText e) => JsonNode.Parse($"{{\"id\":{id},{Encoding.UTF8.GetString(e.Text.Span)}")!;
}
