using System.Net;
using FolderSync.Api.Http;
using Xunit;

namespace FolderSync.Api.Tests.Http;

/// <summary>Who gives way when there are too many connections to the page.</summary>
public sealed class ConnectionSlotsTests
{
    private static readonly IPAddress Owner = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Elsewhere = IPAddress.Parse("203.0.113.5");

    private readonly ConnectionSlots _slots = new(maxUnauthenticated: 4, maxOpen: 8, maxInAll: 300);
    private readonly List<string> _aborted = [];

    [Fact]
    public void The_oldest_idle_one_of_the_busiest_address_goes()
    {
        Enter("owner", Owner);
        for (var i = 0; i < 5; i++)
            Enter($"stranger {i}", Elsewhere);
        Assert.Equal(["stranger 0", "stranger 1"], _aborted);
    }

    [Fact]
    public void One_with_a_key_or_a_session_never_goes_for_a_strangers()
    {
        var owner = Enter("owner", Owner);
        owner.Admit();
        for (var i = 0; i < 100; i++)
            Enter($"stranger {i}", i % 2 == 0 ? Owner : Elsewhere);
        Assert.Equal(96, _aborted.Count);
        Assert.DoesNotContain("owner", _aborted);
    }

    [Fact]
    public void One_with_a_request_goes_after_those_without()
    {
        var first = Enter("asking", Elsewhere);
        _slots.Touch(first, +1);
        for (var i = 0; i < 6; i++)
            Enter($"stranger {i}", Elsewhere);
        Assert.Equal(["stranger 0", "stranger 1", "stranger 2"], _aborted);
        _slots.Touch(first, -1);
        Enter("another", Elsewhere);
        // It was used after the others were made.
        Assert.Equal("stranger 3", _aborted[^1]);
    }

    [Fact]
    public void Beyond_the_limit_of_all_an_idle_one_goes()
    {
        for (var i = 0; i < 8; i++)
        {
            var program = Enter($"program {i}", Owner);
            program.Admit();
            if (i != 3)
                _slots.Touch(program, +1);
        }
        Enter("stranger", Elsewhere);
        Assert.Equal(["program 3"], _aborted);
    }

    [Fact]
    public void What_has_left_counts_no_more()
    {
        for (var i = 0; i < 100; i++)
            _slots.Leave(Enter("short", Elsewhere));
        Assert.Empty(_aborted);
    }

    /// <summary>Those that were dropped are still there until they are closed.</summary>
    [Fact]
    public void A_flood_that_is_faster_than_closing_is_refused()
    {
        for (var i = 0; i < 300; i++)
            Enter("flood", Elsewhere);
        Assert.Null(_slots.TryEnter(Elsewhere, () => { }));
    }

    [Theory]
    [InlineData(null, 1024)]
    [InlineData(1_048_576L, 1024)]
    [InlineData(1024L, 256)]
    [InlineData(100L, 64)]
    public void Strangers_take_a_fourth_of_the_open_files_at_most(long? limit, int expected) => Assert.Equal(expected, ConnectionSlots.UnauthenticatedLimit(limit));

    private ConnectionSlots.Slot Enter(string name, IPAddress address) => _slots.TryEnter(address, () => _aborted.Add(name))!;
}
