using CsCheck;
using FolderSync.Core.Model;
using FolderSync.Testing;
using Xunit;
using static FolderSync.Testing.Entries;

namespace FolderSync.Index.Tests;

/// <summary>What every implementation of the folder index must do.</summary>
public abstract class FolderIndexContract : IDisposable
{
    private static readonly FolderId Id = new("default");

    private static readonly FileName[] Names =
        [.. new[] { "a", "a!", "a/b", "a/b/c", "a/b!", "a b/x", "a-b", "a.b", "\uFFEE", "\U0001F600", "z/\U0001F600", "z/\uFFEE" }.Select(FileName.Parse)];

    private static readonly DeviceId[] Devices = [Device(1), Self, Device(9), Device(12)];

    private IFolderIndex? _index;

    internal abstract IFolderIndexes Indexes { get; }

    private IFolderIndex Index => _index ??= Indexes.Open(Id);

    public virtual void Dispose()
    {
        _index?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_new_index_is_empty_and_has_an_ID()
    {
        Assert.NotEqual(0UL, Index.IndexId);
        Assert.Equal(default, Index.Counts);
        Assert.Empty(Index.Needed(default, 10));
        Assert.Empty(Index.Remotes());
        Assert.Null(Index.FindGlobal(FileName.Parse("a")));
        Assert.Empty(Index.LocateBlocks([Hash(1, 0)]));
    }

    [Fact]
    public void Sequences_rise_by_one_and_survive_a_reopening()
    {
        var stored = Index.CommitLocal([File("a", Vector((5, 1))), File("b", Vector((5, 1)))]);
        Assert.Equal([1L, 2L], stored.Select(e => e.Sequence));
        Assert.Equal([3L], Index.CommitLocal([File("a", Vector((5, 2)))]).Select(e => e.Sequence));
        var id = Index.IndexId;
        Reopen();
        Assert.Equal((id, 3L), (Index.IndexId, Index.LocalSequence));
        Assert.Equal(["b", "a"], Index.LocalSince(0, 10).Select(e => e.Name.Value));
        Assert.Equal(["a"], Index.LocalSince(2, 10).Select(e => e.Name.Value));
    }

    [Fact]
    public void A_renewed_index_ID_stays()
    {
        var old = Index.IndexId;
        Index.RenewIndexId();
        var renewed = Index.IndexId;
        Assert.NotEqual(old, renewed);
        Reopen();
        Assert.Equal(renewed, Index.IndexId);
    }

    [Fact]
    public void All_fields_come_back()
    {
        var full = File("d/f", Vector((5, 3), (1, VersionVector.MaxCounter - 1)), 3, 7) with
        {
            Modified = new FileTime(-5, 999_999_999),
            Permissions = 0x1FF,
            NoPermissions = true,
            PreviousBlocksHash = Hash(8, 8),
            ModifiedBy = new ShortId(ulong.MaxValue),
            Platform = new byte[] { 1, 0, 255 },
            Disk = new DiskStamp(new FileTime(-6, 1), -7, ulong.MaxValue),
            PreHashes = new byte[56],
        };
        var link = new FileEntry { Name = FileName.Parse("l"), Type = FileType.Symlink, SymlinkTarget = "../\u00E4\U0001F600", Version = Vector((5, 1)) };
        var empty = File("empty", Vector((5, 1))) with { Size = 0, Blocks = BlockList.EmptyFile(131_072) };
        var odd = File("odd", Vector((5, 1))) with { Size = 77, Blocks = new BlockList(262_144, 5, Hash(1, 1).ToBytes(), Hash(2, 2)) };
        var gone = Tombstone("gone", Vector((5, 2))) with { Origin = new VersionOrigin(Vector((5, 1), (1, 9)), new FileTime(-7, 5)), PreviousBlocksHash = Hash(8, 8) };
        Index.CommitLocal([full, link, empty, odd, gone]);
        Reopen();
        Assert.Equal((full with { Sequence = 1 }).Show(), Index.FindLocal(full.Name).Show());
        Assert.Equal((link with { Sequence = 2 }).Show(), Index.FindLocal(link.Name).Show());
        Assert.Equal((empty with { Sequence = 3 }).Show(), Index.FindLocal(empty.Name).Show());
        Assert.Equal((odd with { Sequence = 4 }).Show(), Index.FindLocal(odd.Name).Show());
        Assert.Equal((gone with { Sequence = 5 }).Show(), Index.FindLocal(gone.Name).Show());
    }

    [Fact]
    public void A_peer_s_newer_version_is_global_and_needed_until_it_is_here()
    {
        Index.CommitLocal([File("a", Vector((5, 1)))]);
        Index.CommitRemote(Device(1), 77, [File("a", Vector((5, 1), (1, 1)), 2, sequence: 12)], reset: true);
        Assert.Equal(1, Index.Counts.Need.Files);
        Assert.Equal([Device(1)], Index.Holders(FileName.Parse("a")));
        Assert.Equal(new RemoteIndexState(77, 12), Index.RemoteState(Device(1)));
        Index.CommitLocal([Assert.Single(Index.Needed(default, 10)).Global]);
        Assert.Equal(0, Index.Counts.Need.Items);
        Assert.Equal(default, Index.CompletionOf(Device(1)).Need);
        Assert.Equal(1, Index.CompletionOf(Device(9)).Need.Files);
    }

    [Fact]
    public void Sequences_that_peers_choose_may_add_up_to_more_than_a_number_holds()
    {
        Index.CommitRemote(Device(1), 77, [File("a", Vector((1, 1)), sequence: long.MaxValue - 1)], reset: true);
        Index.CommitRemote(Device(2), 78, [File("a", Vector((1, 1)), sequence: long.MaxValue - 1)], reset: true);
        Assert.Equal(long.MaxValue, Index.Counts.RemoteSequence);
    }

    [Fact]
    public void A_check_that_it_can_be_written_changes_nothing()
    {
        Index.CommitLocal([File("a", Vector((5, 1)))]);
        var before = (Index.Counts, Index.IndexId);
        Index.CheckWritable();
        Reopen();
        Assert.Equal(before, (Index.Counts, Index.IndexId));
    }

    [Fact]
    public void Another_index_ID_drops_what_was_known()
    {
        Index.CommitRemote(Device(1), 77, [File("a", Vector((1, 1)), sequence: 5)], reset: true);
        Index.CommitRemote(Device(1), 78, [File("b", Vector((1, 1)), sequence: 2)], reset: false);
        Assert.Null(Index.FindGlobal(FileName.Parse("a")));
        Assert.Equal(new RemoteIndexState(78, 2), Index.RemoteState(Device(1)));
    }

    [Fact]
    public void A_refresh_gives_no_sequence_and_leaves_another_version_alone()
    {
        var entry = Assert.Single(Index.CommitLocal([File("a", Vector((5, 1)), 1, 6)]));
        var refreshed = entry with { Disk = new DiskStamp(new FileTime(5, 5), 6, 7), PreHashes = Enumerable.Repeat((byte)3, 48).ToArray() };
        Index.RefreshLocal([refreshed, File("unknown", Vector((5, 1)))]);
        Assert.Equal(refreshed.Show(), Index.FindLocal(entry.Name).Show());
        Index.RefreshLocal([refreshed with { Version = Vector((5, 9)), Disk = default, PreHashes = default }]);
        Assert.Equal(refreshed.Show(), Index.FindLocal(entry.Name).Show());
        Assert.Equal(1, Index.LocalSequence);
        Assert.Null(Index.FindLocal(FileName.Parse("unknown")));
    }

    [Fact]
    public void Pages_are_in_tree_order()
    {
        Index.CommitLocal([.. Names.Reverse().Select(n => Folder(n.Value, Vector((5, 1))))]);
        Assert.Equal(Names.Order(), Index.LocalPage(default, default, 100, false).Select(e => e.Name));
        Assert.Equal(Names.Order(), Names.OrderBy(n => n));
        Assert.Equal(["a/b", "a/b/c", "a/b!"], Index.LocalPage(FileName.Parse("a"), default, 100, false).Select(e => e.Name.Value));
        Assert.Equal(["a/b/c", "a/b!"], Index.LocalPage(FileName.Parse("a"), FileName.Parse("a/b"), 100, false).Select(e => e.Name.Value));
        Assert.Empty(Index.LocalPage(FileName.Parse("a"), FileName.Parse("a!"), 100, false));
    }

    [Fact]
    public void A_commit_of_nothing_of_a_new_device_makes_it_known()
    {
        Index.CommitRemote(Device(1), 3, [], reset: true);
        Assert.Equal([Device(1)], Index.Remotes());
        Index.DropRemote(Device(1));
        Assert.Empty(Index.Remotes());
        Assert.Throws<ArgumentException>(() => Index.CommitRemote(Self, 3, [], reset: true));
    }

    [Fact]
    public void An_index_that_was_replaced_is_dropped_and_the_one_that_replaced_it_is_not()
    {
        Index.CommitRemote(Device(1), 3, [], reset: true);
        Index.CommitRemote(Device(1), 4, [], reset: true);
        Index.DropRemote(Device(1), replaced: 3);
        Assert.Equal(4u, Index.RemoteState(Device(1)).IndexId);
        Index.DropRemote(Device(1), replaced: 4);
        Assert.Empty(Index.Remotes());
    }

    [Fact]
    public void Once_closed_it_throws()
    {
        var index = Index;
        index.Dispose();
        Assert.Throws<ObjectDisposedException>(() => index.FindLocal(FileName.Parse("a")));
        Assert.Throws<ObjectDisposedException>(() => index.CommitLocal([]));
        index.Dispose();
    }

    [Fact]
    public void Put_aside_or_removed_it_begins_anew()
    {
        var old = Index.IndexId;
        Index.CommitLocal([File("a", Vector((5, 1)))]);
        Index.Dispose();
        Indexes.Quarantine(Id);
        _index = null;
        Assert.NotEqual(old, Index.IndexId);
        Assert.Equal(0, Index.LocalSequence);
        Index.Dispose();
        Indexes.Remove(Id);
        Indexes.Remove(new FolderId("never there"));
        _index = null;
        Assert.Null(Index.FindLocal(FileName.Parse("a")));
    }

    /// <summary>Random commits of three devices: every query returns what the model computes from scratch.</summary>
    [Fact]
    public void It_answers_as_the_naive_model_does() => Operations.Array[1, 14].Sample(
        operations =>
        {
            var folder = new FolderId($"f{Interlocked.Increment(ref s_folders)}");
            var model = new NaiveIndex();
            var index = Indexes.Open(folder);
            try
            {
                foreach (var operation in operations)
                {
                    if (operation.Kind == 9)
                    {
                        index.Dispose();
                        index = Indexes.Open(folder);
                    }
                    else
                    {
                        Apply(operation, model, index);
                    }
                }
                FolderIndexComparison.AssertSame(model, index, Names, Devices);
                index.Dispose();
                index = Indexes.Open(folder);
                FolderIndexComparison.AssertSame(model, index, Names, Devices);
            }
            finally
            {
                index.Dispose();
                Indexes.Remove(folder);
            }
        },
        iter: Iterations,
        threads: 1,
        print: o => string.Join("\n", o.Select(x => $"{x.Kind} {x.Device}: {string.Join("; ", x.Entries.Select(e => e.Show()))}")));

    private protected abstract int Iterations { get; }

    private static int s_folders;

    private static Gen<FileEntry> Entry { get; } = Gen.Select(
        Gen.Int[0, 11], Gen.Int[0, 9], Gen.Int[0, 5], Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 2]), Gen.Int[0, 20], Gen.Int[1, 3], Gen.Long[1, 40],
        (name, kind, content, counters, flags, seconds, sequence) => EntryOf(name, kind, content, counters, flags, seconds, sequence));

    private static Gen<Operation> Operations { get; } =
        Gen.Select(Gen.Int[0, 9], Gen.Bool.Select(one => one ? 1 : 9), Entry.Array[0, 6], (kind, device, entries) => new Operation(kind, device, entries));

    private static FileEntry EntryOf(int name, int kind, int content, (int A, int B, int C) counters, int flags, int seconds, long sequence)
    {
        var vector = Vector((1, (ulong)counters.A), (5, (ulong)counters.B), (9, (ulong)counters.C));
        var entry = kind switch
        {
            0 => Tombstone(Names[name].Value, vector) with
            {
                Origin = new VersionOrigin(Vector((1, (ulong)counters.A), (5, (ulong)counters.B / 2), (9, (ulong)counters.C / 2)), new FileTime(1 + (content % 3), 0)),
            },
            1 => Tombstone(Names[name].Value, vector),
            2 => Folder(Names[name].Value, vector),
            3 => new FileEntry { Name = Names[name], Type = FileType.Symlink, Version = vector, SymlinkTarget = $"t{content}" },
            _ => File(Names[name].Value, vector, content, content % 3 == 0 ? 6 : content % 3),
        };
        return entry with
        {
            Modified = new FileTime(seconds, 0),
            Sequence = sequence,
            Origin = entry.Origin ?? (content == 4 ? new VersionOrigin(Vector((1, (ulong)counters.A / 2), (5, 1)), new FileTime(seconds, 0)) : null),
            Invalid = flags == 1,
            LocalFlags = flags switch { 2 => LocalFlags.Ignored, 3 or 4 => LocalFlags.ReceiveOnlyChanged, 5 => LocalFlags.MustRescan, _ => LocalFlags.None },
            PreHashes = flags % 2 == 0 && entry.Blocks is { } b ? Enumerable.Repeat((byte)flags, b.Count * 8).ToArray() : default,
            Disk = flags % 3 == 0 ? new DiskStamp(new FileTime(seconds, flags % 2), flags, 3) : default,
        };
    }

    private static void Apply(Operation operation, NaiveIndex model, IFolderIndex index)
    {
        var device = Device(operation.Device);
        switch (operation.Kind)
        {
            case <= 3:
                model.CommitLocal(operation.Entries);
                index.CommitLocal(operation.Entries);
                break;
            case 4:
                // Half of them have the known version and are accepted.
                FileEntry[] refreshed = [.. operation.Entries.Select((e, i) => i % 2 == 0 && model.Find(Self, e.Name) is { } k ? e with { Version = k.Version } : e)];
                model.Refresh(refreshed);
                index.RefreshLocal(refreshed);
                break;
            case 5:
                model.Drop(device);
                index.DropRemote(device);
                break;
            default:
                // A peer often announces what is here already.
                FileEntry[] announced = [.. operation.Entries.Select((e, i) => i % 3 == 0 && model.Find(Self, e.Name) is { } k ? k with { Sequence = e.Sequence } : e)];
                model.CommitRemote(device, 3, announced, operation.Kind == 8);
                index.CommitRemote(device, 3, announced, operation.Kind == 8);
                break;
        }
        // Builds the block map early, so that it must be kept up to date.
        index.LocateBlocks([Hash(1, 0), Hash(3, 2)]);
    }

    private void Reopen()
    {
        Index.Dispose();
        _index = null;
    }

    private sealed record Operation(int Kind, int Device, FileEntry[] Entries);
}
