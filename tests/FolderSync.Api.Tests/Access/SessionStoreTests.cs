using FolderSync.Api.Access;
using FolderSync.Simulator.Stores;
using FolderSync.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FolderSync.Api.Tests.Access;

/// <summary>How long sessions of the page last, for whom, and that they outlive the service.</summary>
public sealed class SessionStoreTests
{
    private static readonly Func<uint?> Nobody = () => null;

    private readonly ManualTime _time = new();
    private readonly MemoryStateStore _state = new();
    private SessionStore _sessions;

    public SessionStoreTests() => _sessions = Restarted();

    [Fact]
    public void A_session_ends_with_its_time_its_closing_and_its_credential()
    {
        var (login, stays) = (_sessions.Open(SessionKind.Login, "hash"), _sessions.Open(SessionKind.Stay, "hash"));
        Assert.Equal(SessionKind.Login, _sessions.Find(login, "hash", Nobody));
        Assert.Null(_sessions.Find(login, "another", Nobody));
        Assert.Null(_sessions.Find(login.ToUpperInvariant(), "hash", Nobody));
        Assert.Null(_sessions.Find(null, "hash", Nobody));
        Assert.Null(_sessions.Find("", "hash", Nobody));
        _time.Advance(SessionStore.LifeOf(SessionKind.Login));
        Assert.Null(_sessions.Find(login, "hash", Nobody));
        Assert.Equal(SessionKind.Stay, _sessions.Find(stays, "hash", Nobody));
        _sessions.Close(stays);
        Assert.Null(_sessions.Find(stays, "hash", Nobody));
    }

    [Fact]
    public void Sessions_outlive_the_service_and_their_tokens_are_not_stored()
    {
        var token = _sessions.Open(SessionKind.Link, "key of the home", 1000);
        var stored = _state.GetDocument("page-sessions")!;
        Assert.DoesNotContain(token, stored, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("key of the home", stored, StringComparison.OrdinalIgnoreCase);
        _sessions = Restarted();
        Assert.Equal(SessionKind.Link, _sessions.Find(token, "key of the home", () => 1000));
        Assert.Null(_sessions.Find(token, "key of the home", () => 1001));
        _sessions.Close(token);
        Assert.Null(Restarted().Find(token, "key of the home", () => 1000));
    }

    [Fact]
    public void One_that_a_link_opened_ends_a_year_after_its_last_use()
    {
        var token = _sessions.Open(SessionKind.Link, "key");
        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromDays(364));
            Assert.Equal(SessionKind.Link, _sessions.Find(token, "key", Nobody));
            _sessions = Restarted();
        }
        _time.Advance(TimeSpan.FromDays(365));
        Assert.Null(_sessions.Find(token, "key", Nobody));
    }

    [Fact]
    public void Sessions_are_for_one_user_if_they_were_opened_by_one()
    {
        var (owners, anybodys) = (_sessions.Open(SessionKind.Link, "key", 1000), _sessions.Open(SessionKind.Link, "key"));
        Assert.Equal(SessionKind.Link, _sessions.Find(owners, "key", () => 1000));
        foreach (var other in (uint?[])[1001, 0, null])
            Assert.Null(_sessions.Find(owners, "key", () => other));
        Assert.Equal(SessionKind.Link, _sessions.Find(anybodys, "key", () => 1001));
    }

    [Fact]
    public void Whoever_changes_the_credential_may_stay()
    {
        var (stays, other) = (_sessions.Open(SessionKind.Login, "password"), _sessions.Open(SessionKind.Login, "password"));
        _sessions.Rebind(stays, "password", "key", 1000);
        _sessions.Rebind("f00", "password", "key", 1000);
        Assert.Equal(SessionKind.Link, _sessions.Find(stays, "key", () => 1000));
        Assert.Null(_sessions.Find(stays, "key", () => 1001));
        Assert.Null(_sessions.Find(other, "key", () => 1000));
        // One that wasn't valid before isn't afterwards.
        _sessions.Rebind(other, "another", "key", 1000);
        Assert.Null(_sessions.Find(other, "key", () => 1000));
    }

    [Fact]
    public void Sessions_are_bounded_and_the_oldest_gives_way()
    {
        List<string> all = [];
        for (var i = 0; i < 150; i++)
        {
            all.Add(_sessions.Open(SessionKind.Stay, "hash"));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(100, all.Count(s => _sessions.Find(s, "hash", Nobody) is not null));
        Assert.NotNull(_sessions.Find(all[^1], "hash", Nobody));
        Assert.Null(_sessions.Find(all[0], "hash", Nobody));
    }

    [Fact]
    public void A_damaged_document_ends_the_sessions_and_nothing_else()
    {
        _state.PutDocument("page-sessions", "{ no");
        Assert.Null(Restarted().Find("f00", "hash", Nobody));
        Assert.NotNull(_sessions.Find(_sessions.Open(SessionKind.Login, "hash"), "hash", Nobody));
    }

    private SessionStore Restarted() => new(_state, _time, NullLogger<SessionStore>.Instance);
}
