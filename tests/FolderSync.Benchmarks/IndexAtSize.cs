using System.Diagnostics;
using System.Security.Cryptography;
using FolderSync.Core.Model;
using FolderSync.Index;
using FolderSync.Index.Sqlite;

namespace FolderSync.Benchmarks;

/// <summary>A large index: this device's entries, then a peer with the same ones, then the engine's queries.</summary>
internal static class IndexAtSize
{
    private const int Batch = 1000;

    /// <param name="count">The number of files.</param>
    public static void Run(int count)
    {
        var directory = Directory.CreateTempSubdirectory("fs-index-bench-").FullName;
        try
        {
            DeviceId self = new(SHA256.HashData([1])), peer = new(SHA256.HashData([2]));
            ulong id = 0;
            var indexes = new SqliteFolderIndexes(directory, self, () => ++id);
            using var index = indexes.Open(new FolderId("bench"));
            Fill(index, self, peer, count);
            Console.WriteLine($"size on disk {Directory.GetFiles(directory).Sum(f => new FileInfo(f).Length) / 1e6:F0} MB, RSS {Rss()} MB");
            Ask(index, count);
            Report("drop peer", count, () => index.DropRemote(peer));
            Report("commit remote, all of it needed, in order", count, () => Commit(index, peer, count, i => i, newer: true));
            Report("needed, pages of 1000", count, () =>
            {
                FileName after = default;
                while (index.Needed(after, 1000) is { Count: > 0 } page)
                    after = page[^1].Global.Name;
            });
            Report("drop peer", count, () => index.DropRemote(peer));
            Report("commit remote, all of it needed, random order", count, () => Commit(index, peer, count, i => (int)(i * 2_654_435_761L % count), newer: true));
            Console.WriteLine($"size on disk {Directory.GetFiles(directory).Sum(f => new FileInfo(f).Length) / 1e6:F0} MB, RSS {Rss()} MB, {index.Counts}");
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    private static void Fill(IFolderIndex index, DeviceId self, DeviceId peer, int count)
    {
        Report("make entries (part of every commit below)", count, () =>
        {
            for (var i = 0; i < count; i++)
                Entry(i, self);
        });
        Report("commit local, batches of 1000", count, () =>
        {
            for (var i = 0; i < count; i += Batch)
                index.CommitLocal([.. Enumerable.Range(i, Math.Min(Batch, count - i)).Select(n => Entry(n, self))]);
        });
        Report("commit remote, equal to local", count, () => Commit(index, peer, count, i => i, newer: false));
        Report("flush", 1, index.Flush);
    }

    private static void Ask(IFolderIndex index, int count)
    {
        var random = new Random(1);
        var names = Enumerable.Range(0, 200_000).Select(_ => Name(random.Next(count))).ToList();
        Report("find local, random", names.Count, () => names.ForEach(n => _ = index.FindLocal(n)!.Size));
        Report("find global, random", names.Count, () => names.ForEach(n => _ = index.FindGlobal(n)!.Size));
        foreach (var withBlocks in (bool[])[false, true])
        {
            Report($"local pages of 1000, blocks {withBlocks}", count, () =>
            {
                FileName after = default;
                while (index.LocalPage(default, after, 1000, withBlocks) is { Count: > 0 } page)
                    after = page[^1].Name;
            });
        }
        Report("local since, pages of 1000", count, () =>
        {
            var sequence = 0L;
            while (index.LocalSince(sequence, 1000) is { Count: > 0 } page)
                sequence = page[^1].Sequence;
        });
        Report("counts", 100_000, () =>
        {
            for (var i = 0; i < 100_000; i++)
                _ = index.Counts;
        });
        Report("local with content, random", 50_000, () =>
        {
            for (var i = 0; i < 50_000; i++)
            {
                if (index.LocalWithContent(Entry(random.Next(count), default).BlocksHash).Count == 0)
                    throw new InvalidOperationException("not found");
            }
        });
        Report("locate blocks, first question", 1, () => index.LocateBlocks([Entry(count / 2, default).Blocks!.HashOf(0)]));
        Report("locate blocks, 16 a question", 10_000, () =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                var wanted = Enumerable.Range(0, 16).Select(_ => Entry(random.Next(count), default).Blocks!.HashOf(0)).ToList();
                if (index.LocateBlocks(wanted).Count == 0)
                    throw new InvalidOperationException("not found");
            }
        });
    }

    private static void Commit(IFolderIndex index, DeviceId peer, int count, Func<int, int> order, bool newer)
    {
        for (var i = 0; i < count; i += Batch)
        {
            var batch = Enumerable.Range(i, Math.Min(Batch, count - i)).Select(n => newer ? Newer(Entry(order(n), peer)) : Entry(order(n), default)).ToList();
            index.CommitRemote(peer, 99, [.. batch.Select((e, n) => e with { Sequence = i + n + 1 })], reset: i == 0);
        }
    }

    private static FileEntry Newer(FileEntry entry) => entry with { Version = entry.Version.Raise(new ShortId(2), 5), Modified = new FileTime(1_800_000_000, 5) };

    internal static FileName Name(int i) => FileName.Parse($"pictures/{i / 10_000}/album {i / 100}/IMG_{i:D8}.jpg");

    internal static FileEntry Entry(int i, DeviceId stamped)
    {
        Span<byte> seed = stackalloc byte[4];
        BitConverter.TryWriteBytes(seed, i);
        var blocks = i % 20 == 0 ? 12 : 1 + (i % 2);
        var hashes = new byte[32 * blocks];
        for (var b = 0; b < blocks; b++)
        {
            SHA256.HashData(seed, hashes.AsSpan(32 * b, 32));
            hashes[32 * b]++;
            hashes[(32 * b) + 9] = (byte)b;
        }
        var size = ((blocks - 1) * 131_072L) + 1000 + (i % 100_000);
        return new FileEntry
        {
            Name = Name(i),
            Size = size,
            Blocks = new BlockList(131_072, size, hashes),
            Permissions = 0x1A4,
            ModifiedBy = new ShortId(1),
            Modified = new FileTime(1_700_000_000 + i, 123_456_789),
            Version = VersionVector.Empty.Raise(new ShortId(0x1234_5678_9ABC_DEF0), 1_700_000_000),
            Disk = stamped.IsEmpty ? default : new DiskStamp(new FileTime(1_700_000_000 + i, 123_456_789), 1_700_000_000_123_456_789 + i, 5_000_000 + (ulong)i),
            PreHashes = stamped.IsEmpty ? default : hashes.AsMemory(0, 8 * blocks),
        };
    }

    private static long Rss() => Process.GetCurrentProcess().WorkingSet64 / 1_000_000;

    private static void Report(string what, int count, Action action)
    {
        var watch = Stopwatch.StartNew();
        var before = Process.GetCurrentProcess();
        var (user, system) = (before.UserProcessorTime, before.PrivilegedProcessorTime);
        action();
        var after = Process.GetCurrentProcess();
        (user, system) = (after.UserProcessorTime - user, after.PrivilegedProcessorTime - system);
        Console.WriteLine($"{what}: {watch.Elapsed.TotalSeconds:F2} s, {count / watch.Elapsed.TotalSeconds:N0}/s, CPU {user.TotalSeconds:F2} s + {system.TotalSeconds:F2} s in the kernel, RSS {Rss()} MB");
    }
}
