using System.Text;
using FolderSync.Simulator.World;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

/// <summary>The progress that the user sees never goes back.</summary>
public sealed class PullProgressStoryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bytes_still_to_come_never_go_up_again(int seed)
    {
        var world = new SimulatedWorld(seed, ["anna", "bert"]);
        var (anna, bert) = (world["anna"], world["bert"]);
        for (var i = 0; i < 300; i++)
            anna.User.WriteFile($"small/{i}", $"small file {i}");
        for (var i = 0; i < 12; i++)
            anna.User.WriteFile($"big/{i}", new string((char)('a' + i), (128 << 10) * (2 + i)));
        var total = anna.User.Tree("").Sum(f => (long)f.Content.Length);
        var shown = new List<long>();
        var cut = total / 2;
        world.AfterStep = () =>
        {
            // Starting when everything is announced.
            if (bert.Engine?.Folder(SimulatedDevice.Folder) is not { } folder || folder.Counts.Global.Bytes < total)
                return;
            if (shown.Count == 0 || shown[^1] != folder.NeedBytes)
                shown.Add(folder.NeedBytes);
            if (shown[^1] >= cut)
                return;
            // In mid-transfer: fetched blocks stay fetched.
            cut = 0;
            world.Network.Partition(anna.Id, bert.Id);
            world.Network.Heal(anna.Id, bert.Id);
        };
        world.StartAll();
        world.RunUntilSynced();

        Assert.Equal(shown.OrderDescending(), shown);
        Assert.True(shown.Count > 20, $"{shown.Count} figures were seen");
        Assert.Equal(0, shown[^1]);
        Assert.Equal(0, cut);
        Assert.Equal(0, bert.Snapshot.FetchedBytes);
    }

    [Fact]
    public void A_newer_version_in_mid_transfer_counts_as_a_whole()
    {
        var world = new SimulatedWorld("anna", "bert");
        var (anna, bert) = (world["anna"], world["bert"]);
        anna.User.WriteFile("f", new string('a', 4 << 20));
        world.StartAll();
        var isReplaced = false;
        world.AfterStep = () =>
        {
            if (isReplaced || bert.Engine?.Folder(SimulatedDevice.Folder) is not { FetchedBytes: > 1 << 20 })
                return;
            isReplaced = true;
            anna.User.WriteFile("f", Encoding.UTF8.GetBytes(new string('b', 3 << 20)));
            anna.Notice("f");
        };
        world.RunUntilSynced();

        Assert.True(isReplaced);
        Assert.Equal((0, 0), (bert.Snapshot.NeedBytes, bert.Snapshot.FetchedBytes));
    }
}
