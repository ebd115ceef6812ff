using FolderSync.Core.Model;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Index.Tests;

/// <summary>Runs every query of an index and compares the results with the naive model.</summary>
internal static class FolderIndexComparison
{
    public static void AssertSame(NaiveIndex model, IFolderIndex index, IReadOnlyList<FileName> names, IReadOnlyList<DeviceId> devices)
    {
        Assert.Equal(
            new IndexCounts(
                model.LocalCounts(), model.GlobalCounts(), model.NeedOf(Entries.Self), model.ReceiveOnlyCounts(), model.Sequence,
                model.Remotes.Values.Sum(r => r.Max)),
            index.Counts);
        Assert.Equal(model.Sequence, index.LocalSequence);
        foreach (var name in names)
            AssertSame(model, index, name);
        AssertSamePages(model, index, names);
        foreach (var device in devices)
        {
            Assert.Equal((model.NeedOf(device), model.GlobalCounts()), index.CompletionOf(device));
            AssertSame(model.Names.Where(n => model.IsNeeded(device, n)).Select(n => model.Global(n)!.Bare()), Paged(a => index.NeededBy(device, a, 2), e => e.Name));
            var (id, max) = model.Remotes.GetValueOrDefault(device);
            Assert.Equal(new RemoteIndexState(id, max), index.RemoteState(device));
        }
        Assert.Equal(model.Remotes.Keys.Order(), index.Remotes().Order());
        AssertSameContent(model, index);
    }

    private static void AssertSame(NaiveIndex model, IFolderIndex index, FileName name)
    {
        Assert.Equal(model.Find(Entries.Self, name).Show(), index.FindLocal(name).Show());
        Assert.Equal(model.Global(name).Show(), index.FindGlobal(name).Show());
        var versions = model.Versions(name);
        foreach (var (device, entry) in versions)
            Assert.Equal(entry.Show(), index.Find(device, name).Show());
        Assert.Equal(versions.Select(v => (v.Device, v.Entry.Show())), index.Versions(name, true).Select(v => (v.Device, v.Entry.Show())));
        Assert.Equal(versions.Select(v => (v.Device, v.Entry.Bare().Show())), index.Versions(name).Select(v => (v.Device, v.Entry.Show())));
        var global = model.Global(name);
        Assert.Equal(
            versions.Where(v => v.Device != Entries.Self && !global!.IsInvalid && !v.Entry.IsInvalid && v.Entry.Version == global.Version && v.Entry.SameContent(global))
                .Select(v => v.Device),
            index.Holders(name));
    }

    private static void AssertSamePages(NaiveIndex model, IFolderIndex index, IReadOnlyList<FileName> names)
    {
        var present = model.Local.Where(e => !e.Deleted).ToList();
        AssertSame(present, Paged(a => index.LocalPage(default, a, 3, true), e => e.Name));
        AssertSame(present.Select(e => e.Bare()), Paged(a => index.LocalPage(default, a, 100, false), e => e.Name));
        foreach (var directory in names.Select(n => n.Parent).Where(p => !p.IsRoot).Distinct())
        {
            AssertSame(present.Where(e => e.Name.IsUnder(directory)), Paged(a => index.LocalPage(directory, a, 1, true), e => e.Name));
            AssertSame(
                model.Names.Where(n => n.IsUnder(directory)).Select(n => model.Global(n)!).Where(g => !g.Deleted && !g.IsInvalid).Select(g => g.Bare()),
                Paged(a => index.GlobalPage(directory, a, 2), e => e.Name));
        }
        AssertSame(
            model.Names.Select(n => model.Global(n)!).Where(g => !g.Deleted && !g.IsInvalid).Select(g => g.Bare()),
            Paged(a => index.GlobalPage(default, a, 2), e => e.Name));
        var needed = model.Names.Where(n => model.IsNeeded(Entries.Self, n)).ToList();
        Assert.Equal(
            needed.Select(n => model.Global(n).Show() + " / " + model.Find(Entries.Self, n).Show()),
            Paged(a => index.Needed(a, 2), n => n.Global.Name).Select(n => n.Global.Show() + " / " + n.Local.Show()));
        Assert.Equal(
            needed.Select(n => $"{model.Global(n).Show()} / {model.Find(Entries.Self, n).Show()} / {string.Join(',', index.Holders(n))}"),
            index.NeededOf([.. model.Names]).Select(n => $"{n.Item.Global.Show()} / {n.Item.Local.Show()} / {string.Join(',', n.Holders)}"));
        Assert.Equal(needed, Enumerable.Range(0, needed.Count).Select(i => index.NeededAt(i)!.Value));
        Assert.Null(index.NeededAt(needed.Count));
        AssertSame(
            model.Local.Where(e => (e.LocalFlags & LocalFlags.ReceiveOnlyChanged) != 0).Select(e => e.Bare()),
            Paged(a => index.ReceiveOnlyChanged(a, 2), e => e.Name));
        var since = model.Sequence / 2;
        AssertSame(
            model.Local.OrderBy(e => e.Sequence).Where(e => e.Sequence > since).Take(7).Select(e => e with { PreHashes = default }),
            index.LocalSince(since, 7));
    }

    private static void AssertSameContent(NaiveIndex model, IFolderIndex index)
    {
        var files = model.Local.Where(e => e is { IsFile: true, Blocks: not null }).ToList();
        foreach (var hash in files.Select(f => f.BlocksHash).Append(Entries.Hash(99, 99)).Distinct())
            AssertSame(files.Where(f => !f.IsInvalid && f.BlocksHash == hash), index.LocalWithContent(hash));
        var readable = files.Where(f => !f.Invalid && (f.LocalFlags & ~LocalFlags.ReceiveOnlyChanged) == 0).ToDictionary(f => f.Name);
        var wanted = model.Entries.Values.Where(e => e.Blocks is not null).SelectMany(e => Enumerable.Range(0, e.Blocks!.Count).Select(e.Blocks.HashOf)).Distinct().ToList();
        var found = index.LocateBlocks(wanted);
        Assert.Equal(
            wanted.Where(h => readable.Values.Any(f => Enumerable.Range(0, f.Blocks!.Count).Any(i => f.Blocks[i] is { Size: > 0 } b && b.Hash == h))).Order(ByText),
            found.Keys.Order(ByText));
        foreach (var (hash, place) in found)
            Assert.Contains(Enumerable.Range(0, readable[place.Name].Blocks!.Count).Select(i => readable[place.Name].Blocks![i]), b => (b.Hash, b.Offset, b.Size) == (hash, place.Offset, place.Size));
    }

    private static Comparer<BlockHash> ByText { get; } = Comparer<BlockHash>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString()));

    private static void AssertSame(IEnumerable<FileEntry> expected, IEnumerable<FileEntry> actual) =>
        Assert.Equal(expected.Select(e => e.Show()), actual.Select(e => e.Show()));

    private static List<T> Paged<T>(Func<FileName, IReadOnlyList<T>> page, Func<T, FileName> name)
    {
        var all = new List<T>();
        while (page(all.Count == 0 ? default : name(all[^1])) is { Count: > 0 } next)
            all.AddRange(next);
        return all;
    }
}
