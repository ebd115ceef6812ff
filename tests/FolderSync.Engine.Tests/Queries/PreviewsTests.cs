using FolderSync.Core.Model;
using FolderSync.Engine.Queries;
using FolderSync.Index;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Engine.Tests.Queries;

public sealed class PreviewsTests
{
    [Fact]
    public void Previews_say_what_the_commands_do()
    {
        var (self, other) = (Entries.Self, Entries.Device(1));
        var theirs = Entries.File("a", Entries.Vector((1, 2)), content: 1);
        var mine = Entries.File("a", Entries.Vector((5, 1)), content: 2);
        var gone = mine with { Deleted = true, Blocks = null, Size = 0 };
        Assert.Equal(PreviewedAction.Delete, Previews.OfOverride(new NeededItem(theirs, null)).Action);
        Assert.Equal(PreviewedAction.Delete, Previews.OfOverride(new NeededItem(theirs, gone)).Action);
        Assert.Equal(PreviewedAction.Restore, Previews.OfOverride(new NeededItem(theirs with { Deleted = true }, mine)).Action);
        Assert.Equal(new PreviewedItem(mine.Name, PreviewedAction.Replace, FileType.File, mine.Size), Previews.OfOverride(new NeededItem(theirs, mine)));
        Assert.Equal(PreviewedAction.Delete, Previews.OfRevert(mine, [(self, mine)], self).Action);
        Assert.Equal(PreviewedAction.Delete, Previews.OfRevert(mine, [(self, mine), (other, theirs with { Deleted = true })], self).Action);
        Assert.Equal(PreviewedAction.Replace, Previews.OfRevert(mine, [(self, mine), (other, theirs)], self).Action);
        Assert.Equal(new PreviewedItem(mine.Name, PreviewedAction.Restore, FileType.File, theirs.Size), Previews.OfRevert(gone, [(self, gone), (other, theirs)], self));
    }
}
