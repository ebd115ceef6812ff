using Xunit.Abstractions;

[assembly: TestCollectionOrderer("FolderSync.IntegrationTests.Harness.LongestFirst", "FolderSync.IntegrationTests")]

namespace FolderSync.IntegrationTests.Harness;

/// <summary>Starts test classes that take minutes first; started last, they would run alone when all others have finished.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = ["Windows", ".Installers.", ".ReconnectTests", ".SyncthingDiscoveryTests", ".Histories.", ".Faults.", ".Peers."];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(c => Array.FindIndex(Long, name => c.DisplayName.Contains(name, StringComparison.Ordinal)) is >= 0 and var place ? place : Long.Length)
            .ThenBy(c => c.DisplayName, StringComparer.Ordinal);
}
