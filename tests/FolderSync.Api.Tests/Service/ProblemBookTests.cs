using FolderSync.Api.Service;
using FolderSync.Simulator.Stores;
using Xunit;

namespace FolderSync.Api.Tests.Service;

public sealed class ProblemBookTests
{
    [Fact]
    public void Problems_stay_over_a_restart_until_they_are_acknowledged()
    {
        var state = new MemoryStateStore();
        var book = new ProblemStore(state, TimeProvider.System);
        book.Add("error", "The disk is gone.", "docs");
        book.Add("error", "The disk is gone.", "docs");
        book.Add("warning", "Slow.", null, "ABC");
        var again = new ProblemStore(state, TimeProvider.System);
        Assert.Equal(["Slow.", "The disk is gone."], again.All().Select(p => p.Text));
        Assert.Equal(1, again.Acknowledge(again.All()[1].Id));
        Assert.Equal(0, again.Acknowledge(again.All()[1].Id));
        again.Add("error", "The disk is gone.", "docs");
        Assert.Equal([(3L, false), (2L, false), (1L, true)], again.All().Select(p => (p.Id, p.Acknowledged)));
        Assert.Equal(2, again.Acknowledge(null));
        for (var i = 0; i < ProblemStore.Kept + 50; i++)
            again.Add("error", $"problem {i}");
        Assert.Equal(ProblemStore.Kept, again.All().Count);
        Assert.DoesNotContain(again.All(), p => p.Acknowledged);
    }
}
