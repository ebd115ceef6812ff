using FolderSync.Api.Service;
using FolderSync.Simulator.Stores;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Api.Tests.Service;

public sealed class LogBookTests
{
    [Fact]
    public void The_log_keeps_its_latest_lines_and_a_level_for_each_area()
    {
        var book = new LogBuffer(TimeProvider.System, LogLevel.Information);
        using var factory = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Trace).AddFilter((_, c, level) => book.IsLogged(c ?? "", level)).AddProvider(book));
        var folders = factory.CreateLogger("FolderSync.Engine.Folders.Folder");
        var peers = factory.CreateLogger("FolderSync.Engine.Peers.PeerHub");
#pragma warning disable CA1848, CA2254
        folders.LogDebug("not logged");
        var state = new MemoryStateStore();
        book.SetLevels(new Dictionary<string, LogLevel> { ["folders"] = LogLevel.Debug }, state);
        folders.LogDebug("logged");
        peers.LogDebug("not logged");
        peers.LogInformation("a \u202e name\n");
        Assert.Equal([("folders", "logged"), ("peers", @"a \u202e name\u000a")], book.Since(0, 10).Select(e => (e.Area, e.Text)));
        var restarted = new LogBuffer(TimeProvider.System, LogLevel.Information);
        restarted.Load(state);
        Assert.Equal((LogLevel.Debug, LogLevel.Information, LogLevel.Warning), (restarted.Levels["folders"], restarted.Levels["peers"], restarted.Levels["web"]));
        for (var i = 0; i < LogBuffer.Kept + 10; i++)
            peers.LogInformation($"line {i}");
#pragma warning restore CA1848, CA2254
        Assert.Equal(LogBuffer.Kept, book.Since(0, int.MaxValue).Count);
        var last = book.Since(0, 1)[0];
        Assert.Equal($"line {LogBuffer.Kept + 9}", last.Text);
        Assert.Empty(book.Since(last.Seq, 10));
    }
}
