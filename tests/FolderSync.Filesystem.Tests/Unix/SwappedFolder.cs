using System.Diagnostics;
using System.Runtime.InteropServices;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Filesystem.Tests.Unix;

/// <summary>
/// A folder whose directories and files somebody exchanges for symlinks to the same names outside of it, and back, as fast as the system can:
/// whatever is between a look at a path and its use, sooner or later a link comes into it.
/// </summary>
internal sealed partial class SwappedFolder : IDisposable
{
    /// <summary>Only directories outside have it.</summary>
    public const string Secret = "secret";

    public const string OutsideText = "outside: nobody here may read this";

    private const int CurrentDirectory = -100;
    private const uint NoReplace = 1;
    private const uint Exchange = 2;
    private const int PathOnly = 0x200000;

    private static readonly string[] Tops = ["d0", "d1", ".stversions"];

    private readonly TempFolder _temp = new();
    private readonly List<Pair> _pairs = [];
    private readonly CancellationTokenSource _end = new();
    private readonly List<Thread> _racers;
    private readonly string _before;
    private long _swaps;
    private long _removed;

    public SwappedFolder(int seed, int racers)
    {
        Directory.CreateDirectory(_temp["links"]);
        Directory.CreateDirectory(_temp["removed"]);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, ".stfolder"));
        foreach (var top in Tops)
        {
            foreach (var directory in new[] { top, top + "/s", top + "/s/t" })
            {
                Directory.CreateDirectory(System.IO.Path.Combine(Path, directory));
                _temp.Write($"outside/{directory}/{Secret}", OutsideText);
                foreach (var file in new[] { "f0", "f1", "f2", ".foldersync.f0.tmp", "f1~20200101-000000" })
                {
                    _temp.Write($"inside/{directory}/{file}", "inside");
                    _temp.Write($"outside/{directory}/{file}", OutsideText);
                }
                AddPair(directory);
                AddPair(directory + "/f0");
            }
        }
        // A time of reading is kept only where it is older than the last change.
        TempFolder.Run("find", _temp["outside"], "-type", "f", "-exec", "touch", "-a", "-d", "2001-01-01", "{}", "+");
        OutsideInodes = Output("find", _temp["outside"], "-printf", "%i\n").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ulong.Parse).ToHashSet();
        _before = Outside();
        _racers = [.. Enumerable.Range(0, racers).Select(i => new Thread(() => Race(new Random(seed + i))))];
        foreach (var racer in _racers)
            racer.Start();
    }

    /// <summary>A name in the folder, and the link that takes its place.</summary>
    /// <param name="Directory">A handle: by a path the racer itself would follow another pair's link to the outside.</param>
    private sealed record Pair(int Directory, string Leaf, string Link, string Target);

    public string Path => _temp["inside"];

    public IReadOnlySet<ulong> OutsideInodes { get; }

    public long Swaps => Interlocked.Read(ref _swaps);

    /// <summary>Ends the racing. What is outside has the names, inodes, modes, owners, contents and all times that it had.</summary>
    /// <returns>The differences.</returns>
    public string Changes()
    {
        End();
        var after = Outside();
        return after == _before ? "" : string.Join('\n', after.Split('\n').Except(_before.Split('\n')).Concat(_before.Split('\n').Except(after.Split('\n')).Select(l => "- " + l)));
    }

    public void Dispose()
    {
        End();
        foreach (var pair in _pairs)
            _ = Close(pair.Directory);
        _end.Dispose();
        _temp.Dispose();
    }

    private void End()
    {
        _end.Cancel();
        foreach (var racer in _racers)
            racer.Join();
    }

    private void AddPair(string name)
    {
        var link = _temp[$"links/{_pairs.Count}"];
        var target = _temp["outside/" + name];
        File.CreateSymbolicLink(link, target);
        var directory = Open(System.IO.Path.GetDirectoryName(System.IO.Path.Combine(Path, name))!, PathOnly);
        Assert.True(directory >= 0);
        _pairs.Add(new Pair(directory, System.IO.Path.GetFileName(name), link, target));
    }

    private void Race(Random random)
    {
        while (!_end.IsCancellationRequested)
        {
            var pair = _pairs[random.Next(_pairs.Count)];
            lock (pair)
            {
                for (var times = random.Next(1, 6); times > 0; times--)
                    Swap(pair, random);
                if (new FileInfo(pair.Link).LinkTarget is null)
                {
                    // The folder's user has removed or moved the link while it was in the folder.
                    _ = RenameAt(CurrentDirectory, pair.Link, CurrentDirectory, _temp[$"removed/{Interlocked.Increment(ref _removed)}"], 0);
                    File.CreateSymbolicLink(pair.Link, pair.Target);
                }
            }
        }
    }

    private void Swap(Pair pair, Random random)
    {
        // Where nothing has the name, the link takes it.
        if (RenameAt(pair.Directory, pair.Leaf, CurrentDirectory, pair.Link, Exchange) == 0)
        {
            Thread.SpinWait(random.Next(4000));
            if (RenameAt(pair.Directory, pair.Leaf, CurrentDirectory, pair.Link, Exchange) != 0)
                _ = RenameAt(CurrentDirectory, pair.Link, pair.Directory, pair.Leaf, NoReplace);
        }
        else if (RenameAt(CurrentDirectory, pair.Link, pair.Directory, pair.Leaf, NoReplace) == 0)
        {
            Thread.SpinWait(random.Next(4000));
            _ = RenameAt(pair.Directory, pair.Leaf, CurrentDirectory, pair.Link, NoReplace);
        }
        else
        {
            return;
        }
        Interlocked.Increment(ref _swaps);
        Thread.SpinWait(random.Next(4000));
    }

    /// <summary>A directory's time of reading changes by this look itself.</summary>
    private string Outside() => Output("find", _temp["outside"], "-type", "d", "-printf", "%p %i %m %U:%G %T@ %C@\n", "-o", "-printf", "%p %i %m %U:%G %s %A@ %T@ %C@ %l\n");

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
