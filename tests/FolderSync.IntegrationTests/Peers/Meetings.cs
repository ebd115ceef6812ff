using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Peers;

public sealed class TwoFolderSyncs(SharedPair shared)
    : PairTests(shared, new Meeting("foldersync", Dials: true, KeyKind.P256));

public sealed class DialsSyncthing119(SharedPair shared)
    : PairTests(shared, new Meeting("1.19", Dials: true, KeyKind.P384));

public sealed class DialedBySyncthing119(SharedPair shared)
    : PairTests(shared, new Meeting("1.19", Dials: false, KeyKind.Ed25519));

public sealed class DialsSyncthing129(SharedPair shared)
    : PairTests(shared, new Meeting("1.29", Dials: true, KeyKind.Ed25519));

public sealed class DialedBySyncthing129(SharedPair shared)
    : PairTests(shared, new Meeting("1.29", Dials: false, KeyKind.P384));

/// <summary>The other combinations: checks that they connect and sync; every scenario with FOLDERSYNC_TEST_FULL=1.</summary>
public sealed class OtherMeetings
{
    public static TheoryData<Meeting> All =>
    [
        new Meeting("1.19", Dials: true, KeyKind.Ed25519),
        new Meeting("1.19", Dials: false, KeyKind.P384),
        new Meeting("1.29", Dials: true, KeyKind.P384),
        new Meeting("1.29", Dials: false, KeyKind.Ed25519),
        new Meeting("1.19", Dials: true, KeyKind.P384, OwnKey: KeyKind.Ed25519),
        new Meeting("1.19", Dials: false, KeyKind.Ed25519, OwnKey: KeyKind.Ed25519),
        new Meeting("1.29", Dials: true, KeyKind.Ed25519, OwnKey: KeyKind.Ed25519),
        new Meeting("1.29", Dials: false, KeyKind.P384, OwnKey: KeyKind.Ed25519),
        new Meeting("foldersync", Dials: true, KeyKind.P256, OwnKey: KeyKind.Ed25519),
        new Meeting("foldersync", Dials: false, KeyKind.P256, OwnKey: KeyKind.Ed25519),
    ];

    [SkippableTheory]
    [MemberData(nameof(All), DisableDiscoveryEnumeration = true)]
    public async Task MeetAndAgree(Meeting meeting)
    {
        await using var pair = await Pair.MeetAsync(meeting);
        foreach (var story in TestSettings.Full ? Stories.All : [Stories.InitialAsync, Stories.MetadataAsync])
            await pair.Cluster.RunAsync(() => story(pair));
    }
}
