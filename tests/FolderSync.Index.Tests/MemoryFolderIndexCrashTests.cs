using FolderSync.Core.Model;
using FolderSync.Simulator.Stores;
using Xunit;
using static FolderSync.Testing.Entries;

namespace FolderSync.Index.Tests;

/// <summary>What the simulator's index loses in a crash, and what it never loses.</summary>
public sealed class MemoryFolderIndexCrashTests
{
    private static readonly FolderId Id = new("default");
    private static readonly FileName[] Names = [.. Enumerable.Range(0, 8).Select(i => FileName.Parse($"f{i}"))];
    private ulong _ids;

    [Fact]
    public void A_crash_loses_a_suffix_of_peers_commits_whole()
    {
        var seen = new HashSet<int>();
        for (var seed = 0; seed < 60; seed++)
        {
            var indexes = new MemoryFolderIndexes(Self, () => ++_ids);
            var index = indexes.Open(Id);
            List<NaiveIndex> states = [];
            var model = new NaiveIndex();
            index.CommitRemote(Device(1), 1, [File("f0", Vector((1, 1)), sequence: 1)], true);
            model.CommitRemote(Device(1), 1, [File("f0", Vector((1, 1)), sequence: 1)], true);
            index.CommitLocal([File("f1", Vector((5, 1)))]);
            model.CommitLocal([File("f1", Vector((5, 1)))]);
            states.Add(model.Copy());
            for (var i = 2; i < 6; i++)
            {
                FileEntry[] entries = [File($"f{i}", Vector((1, 1)), sequence: i), Tombstone("f0", Vector((1, (ulong)i)), sequence: i)];
                index.CommitRemote(Device(1), i == 4 ? 2u : 1u, entries, i == 4);
                model.CommitRemote(Device(1), i == 4 ? 2u : 1u, entries, i == 4);
                states.Add(model.Copy());
            }
            indexes.Crash(seed);
            Assert.Throws<ObjectDisposedException>(() => index.LocalSequence);
            index = indexes.Open(Id);
            var state = states.FindIndex(s => s.Remotes[Device(1)].Max == index.RemoteState(Device(1)).MaxSequence);
            FolderIndexComparison.AssertSame(states[state], index, Names, [Self, Device(1)]);
            seen.Add(state);
        }
        Assert.Equal([0, 1, 2, 3, 4], seen.Order());
    }

    [Fact]
    public void Damage_lasts_until_it_is_put_aside()
    {
        var indexes = new MemoryFolderIndexes(Self, () => ++_ids);
        var index = indexes.Open(Id);
        indexes.Damage(Id);
        Assert.Throws<IndexDamagedException>(() => index.Counts);
        Assert.Throws<IndexDamagedException>(() => indexes.Open(Id));
        indexes.Quarantine(Id);
        Assert.Equal(0, indexes.Open(Id).LocalSequence);
    }
}
