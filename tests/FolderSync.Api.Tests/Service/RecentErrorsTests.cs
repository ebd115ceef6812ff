using FolderSync.Api.Service;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Api.Tests.Service;

public sealed class RecentErrorsTests
{
    [Fact]
    public void The_latest_warnings_and_errors_are_kept_until_they_are_cleared()
    {
        var book = new LogBuffer(TimeProvider.System, LogLevel.Trace);
        var errors = new RecentErrors(book);
        using var factory = LoggerFactory.Create(l => l.SetMinimumLevel(LogLevel.Trace).AddProvider(book));
        var log = factory.CreateLogger("FolderSync.Engine.Folders.Folder");
#pragma warning disable CA1848, CA2254
        log.LogInformation("all is well");
        for (var i = 0; i < 300; i++)
            log.LogWarning($"warning {i}");
        log.LogError("the disk is gone");
#pragma warning restore CA1848, CA2254
        Assert.Equal((250, "warning 51", "the disk is gone"), (errors.All.Count, errors.All[0].Text, errors.All[^1].Text));
        errors.Clear();
        Assert.Empty(errors.All);
    }
}
