using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

public sealed class TwoFolderSyncs(SharedPair shared)
    : PairTests(shared, new PairSetup("foldersync", Dials: true, KeyKind.P256));

public sealed class DialsSyncthing119(SharedPair shared)
    : PairTests(shared, new PairSetup("1.19", Dials: true, KeyKind.P384));

public sealed class DialedBySyncthing119(SharedPair shared)
    : PairTests(shared, new PairSetup("1.19", Dials: false, KeyKind.Ed25519));

public sealed class DialsSyncthing129(SharedPair shared)
    : PairTests(shared, new PairSetup("1.29", Dials: true, KeyKind.Ed25519));

public sealed class DialedBySyncthing129(SharedPair shared)
    : PairTests(shared, new PairSetup("1.29", Dials: false, KeyKind.P384));

/// <summary>The other combinations: checks that they connect and sync; every scenario with FOLDERSYNC_TEST_FULL=1.</summary>
public sealed class OtherMeetings
{
    public static TheoryData<PairSetup> All =>
    [
        new PairSetup("1.19", Dials: true, KeyKind.Ed25519),
        new PairSetup("1.19", Dials: false, KeyKind.P384),
        new PairSetup("1.29", Dials: true, KeyKind.P384),
        new PairSetup("1.29", Dials: false, KeyKind.Ed25519),
        new PairSetup("1.19", Dials: true, KeyKind.P384, OwnKey: KeyKind.Ed25519),
        new PairSetup("1.19", Dials: false, KeyKind.Ed25519, OwnKey: KeyKind.Ed25519),
        new PairSetup("1.29", Dials: true, KeyKind.Ed25519, OwnKey: KeyKind.Ed25519),
        new PairSetup("1.29", Dials: false, KeyKind.P384, OwnKey: KeyKind.Ed25519),
        new PairSetup("foldersync", Dials: true, KeyKind.P256, OwnKey: KeyKind.Ed25519),
        new PairSetup("foldersync", Dials: false, KeyKind.P256, OwnKey: KeyKind.Ed25519),
    ];

    [SkippableTheory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task MeetAndAgree(PairSetup meeting)
    {
        await using var pair = await Pair.MeetAsync(meeting);
        foreach (var story in TestSettings.Full ? SyncScenarios.All : [SyncScenarios.InitialAsync, SyncScenarios.MetadataAsync])
            await pair.Cluster.RunAsync(() => story(pair));
    }
}
