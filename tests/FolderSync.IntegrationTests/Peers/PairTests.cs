namespace FolderSync.IntegrationTests.Peers;

/// <summary>Every scenario with the pair that a derived class names.</summary>
public abstract class PairTests(SharedPair shared, Meeting meeting) : IClassFixture<SharedPair>
{
    [SkippableFact]
    public Task InitialSyncBothWays() => TellAsync(Stories.InitialAsync);

    [SkippableFact]
    public Task Edit() => TellAsync(Stories.EditAsync);

    [SkippableFact]
    public Task Delete() => TellAsync(Stories.DeleteAsync);

    [SkippableFact]
    public Task RenameOfFileAndDirectoryWithoutTransfer() => TellAsync(Stories.RenameAsync);

    [SkippableFact]
    public Task FileBecomesDirectoryAndLinkBecomesFile() => TellAsync(Stories.TypeChangeAsync);

    [SkippableFact]
    public Task ModeAndTime() => TellAsync(Stories.MetadataAsync);

    [SkippableFact]
    public Task SymbolicLinks() => TellAsync(Stories.LinksAsync);

    [SkippableFact]
    public Task ConflictKeepsBoth() => TellAsync(Stories.ConflictAsync);

    [SkippableFact]
    public Task EditWinsOverDelete() => TellAsync(Stories.EditAgainstDeleteAsync);

    [SkippableFact]
    public Task IgnoredStaysHere() => TellAsync(Stories.IgnoreAsync);

    [SkippableFact]
    public Task ManySmallFiles() => TellAsync(Stories.ManySmallFilesAsync);

    [SkippableFact]
    public Task LargeFile() => TellAsync(Stories.LargeFileAsync);

    [SkippableFact]
    public Task ReceiverKilledInMidTransfer() => TellAsync(Stories.KilledReceiverAsync);

    [SkippableFact]
    public Task SenderKilledInMidTransfer() => TellAsync(Stories.KilledSenderAsync);

    private async Task TellAsync(Func<Pair, Task> story)
    {
        var pair = await shared.GetAsync(meeting);
        await pair.Cluster.RunAsync(async () =>
        {
            foreach (var device in pair.Cluster.Devices)
                await device.ReviveAsync();
            await story(pair);
        });
    }
}
