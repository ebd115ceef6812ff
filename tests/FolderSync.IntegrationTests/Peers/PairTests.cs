namespace FolderSync.IntegrationTests.Peers;

/// <summary>Every scenario with the pair that a derived class names.</summary>
public abstract class PairTests(SharedPair shared, PairSetup meeting) : IClassFixture<SharedPair>
{
    [SkippableFact]
    public Task InitialSyncBothWays() => RunAsync(SyncScenarios.InitialAsync);

    [SkippableFact]
    public Task Edit() => RunAsync(SyncScenarios.EditAsync);

    [SkippableFact]
    public Task Delete() => RunAsync(SyncScenarios.DeleteAsync);

    [SkippableFact]
    public Task RenameOfFileAndDirectoryWithoutTransfer() => RunAsync(SyncScenarios.RenameAsync);

    [SkippableFact]
    public Task FileBecomesDirectoryAndLinkBecomesFile() => RunAsync(SyncScenarios.TypeChangeAsync);

    [SkippableFact]
    public Task ModeAndTime() => RunAsync(SyncScenarios.MetadataAsync);

    [SkippableFact]
    public Task SymbolicLinks() => RunAsync(SyncScenarios.LinksAsync);

    [SkippableFact]
    public Task ConflictKeepsBoth() => RunAsync(SyncScenarios.ConflictAsync);

    [SkippableFact]
    public Task EditWinsOverDelete() => RunAsync(SyncScenarios.EditAgainstDeleteAsync);

    [SkippableFact]
    public Task OldEditStaysDeleted() => RunAsync(SyncScenarios.OldEditAgainstDeleteAsync);

    [SkippableFact]
    public Task IgnoredStaysHere() => RunAsync(SyncScenarios.IgnoreAsync);

    [SkippableFact]
    public Task ManySmallFiles() => RunAsync(SyncScenarios.ManySmallFilesAsync);

    [SkippableFact]
    public Task LargeFile() => RunAsync(SyncScenarios.LargeFileAsync);

    [SkippableFact]
    public Task ReceiverKilledInMidTransfer() => RunAsync(SyncScenarios.KilledReceiverAsync);

    [SkippableFact]
    public Task SenderKilledInMidTransfer() => RunAsync(SyncScenarios.KilledSenderAsync);

    private async Task RunAsync(Func<Pair, Task> story)
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
