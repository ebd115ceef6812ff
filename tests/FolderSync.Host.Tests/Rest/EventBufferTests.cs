using System.Text;
using System.Text.Json.Nodes;
using FolderSync.Engine.Events;
using FolderSync.Host.Rest;
using Xunit;

namespace FolderSync.Host.Tests.Rest;

/// <summary>Events as clients read them: numbering for each filter, limits, waiting, and what they take of memory.</summary>
public class EventBufferTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    private readonly EventLog _log = new(TimeProvider.System);
    private readonly EventBuffers _buffers;

    public EventBufferTests() => _buffers = new EventBuffers(_log);

    [Fact]
    public async Task Each_filter_numbers_its_own_events()
    {
        var (some, all) = (_buffers.For(["B"]), _buffers.For(null));
        foreach (var type in (string[])["A", "B", "A", "B", "LocalChangeDetected"])
            _log.Add(type);
        Assert.Equal([1L, 2], (await some.WaitAsync(0, 0, Long, default)).Select(e => e.Id));
        Assert.Equal([2L, 4], (await some.WaitAsync(0, 0, Long, default)).Select(e => (long)Json(e.Id, e.Event)["globalID"]!));
        Assert.Equal(["A", "B", "A", "B"], (await all.WaitAsync(0, 0, Long, default)).Select(e => e.Event.Type));
        Assert.Same(some, _buffers.For(["B", "B"]));
        Assert.Same(_buffers.For(["A", "B"]), _buffers.For(["B", "A"]));
    }

    [Fact]
    public async Task The_latest_are_given_where_a_limit_is_set()
    {
        for (var i = 0; i < 10; i++)
            _log.Add("A");
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
        _log.Add("A");
        Assert.Empty(await buffer.WaitAsync(3, 0, TimeSpan.FromMilliseconds(20), default));
        var waiting = buffer.WaitAsync(3, 0, Long, default);
        _log.Add("A");
        _log.Add("A");
        Assert.False(waiting.IsCompleted);
        _log.Add("A");
        Assert.Equal([4L], (await waiting).Select(e => e.Id));
    }

    [Fact]
    public async Task Old_events_give_way_and_the_ids_tell()
    {
        for (var i = 0; i < 1500; i++)
            _log.Add("A", ("n", i));
        var events = await _buffers.For(null).WaitAsync(0, 0, Long, default);
        Assert.Equal(1000, events.Count);
        Assert.Equal(501, events[0].Id);
    }

    [Fact]
    public async Task Big_events_are_bounded_by_their_weight()
    {
        var big = new RawJson("\"" + new string('x', 1 << 20) + "\"");
        for (var i = 0; i < 50; i++)
            _log.Add("ConfigSaved", (EventText.Whole, big));
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

    [Fact]
    public async Task Data_is_written_as_it_is()
    {
        _log.Add("A", ("text", "<b>\u202e\n\"é"), ("no", null), ("yes", true), ("n", 1L << 60), ("d", 0.5), ("list", new List<object?> { 1, "x" }),
            ("map", new Dictionary<string, object?> { ["k"] = null }), ("nan", double.NaN));
        _log.Add("Failure", (EventText.Whole, "it failed"));
        _log.Add("Null", (EventText.Whole, null));
        var events = await _buffers.For(null).WaitAsync(0, 0, Long, default);
        var data = Json(events[0].Id, events[0].Event)["data"]!;
        Assert.Equal("<b>\u202e\n\"é", (string)data["text"]!);
        Assert.True(data.AsObject().ContainsKey("no"));
        Assert.Equal(1L << 60, (long)data["n"]!);
        Assert.Equal("x", (string)data["list"]![1]!);
        Assert.True(data["map"]!.AsObject().ContainsKey("k"));
        Assert.Equal("it failed", (string)Json(1, events[1].Event)["data"]!);
        Assert.Null(Json(1, events[2].Event)["data"]);
    }

    private static JsonNode Json(long id, EventText e) => JsonNode.Parse($"{{\"id\":{id},{Encoding.UTF8.GetString(e.Text.Span)}")!;
}
