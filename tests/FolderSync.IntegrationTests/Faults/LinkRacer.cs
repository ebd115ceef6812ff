using System.Runtime.InteropServices;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>
/// Exchanges directories of a running service's folder for symlinks to the same names outside of it, and back: mostly for a moment, so that a call
/// of the service has a link in its path that was a directory before it; sometimes for so long that a scan sees it.
/// </summary>
internal sealed partial class LinkRacer : IDisposable
{
    public const string OutsideText = "outside";
    public const string Secret = "secret";

    private const int PathOnly = 0x200000;
    private const uint Exchange = 2;
    private const uint NoReplace = 1;

    private readonly string _beside;
    private readonly string[] _names;
    private readonly int _root;
    private readonly int _links;
    private readonly string _before;
    private int _items;

    /// <param name="beside">The directory that holds the folder; what is outside of that is made there.</param>
    /// <param name="names">The directories in the folder, and the files in each of them.</param>
    public LinkRacer(string root, string beside, string[] names, string[] files)
    {
        (_beside, _names) = (beside, names);
        foreach (var name in names)
        {
            foreach (var directory in new[] { name, name + "/e0", name + "/e1" })
            {
                foreach (var file in files.Append(Secret))
                    SampleFiles.Write(Path.Combine(beside, "outside", directory, file), OutsideText);
            }
        }
        Directory.CreateDirectory(Path.Combine(beside, "links"));
        Directory.CreateDirectory(Path.Combine(beside, "removed"));
        foreach (var name in names)
            MakeLink(name);
        (_root, _links) = (Open(root, PathOnly), Open(Path.Combine(beside, "links"), PathOnly));
        Assert.True(_root >= 0 && _links >= 0);
        _before = Look();
    }

    public long Swaps { get; private set; }

    public void Race(Random random, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var name = _names[random.Next(_names.Length)];
            if (RenameAt(_root, name, _links, name, Exchange) != 0)
            {
                Thread.Sleep(1);
                continue;
            }
            Swaps++;
            if (random.Next(400) == 0)
                Thread.Sleep(random.Next(1500));
            else
                Thread.SpinWait(random.Next(20_000));
            // Where the service has removed the link meanwhile, the directory takes the free name.
            if (RenameAt(_links, name, _root, name, Exchange) != 0)
                _ = RenameAt(_links, name, _root, name, NoReplace);
            if (new FileInfo(Path.Combine(_beside, "links", name)).LinkTarget is null)
            {
                _ = RenameAt(_links, name, _links, $"../removed/{_items++}", NoReplace);
                MakeLink(name);
            }
            if (random.Next(8) == 0)
                Thread.Sleep(random.Next(10));
        }
    }

    /// <summary>What is outside has the names, inodes, modes, owners, contents and times that it had.</summary>
    public void AssertNothingChanged() => Assert.Equal(_before, Look());

    public void Dispose()
    {
        _ = Close(_root);
        _ = Close(_links);
    }

    /// <summary>Relative, so that it leads nowhere on another device.</summary>
    private void MakeLink(string name) => File.CreateSymbolicLink(Path.Combine(_beside, "links", name), "../outside/" + name);

    /// <summary>ctime among the rest, which any change changes; without the time of reading of directories, which this look changes.</summary>
    private string Look() => ChildProcess.RunAsync("find", [Path.Combine(_beside, "outside"), "-printf", "%p %i %m %U:%G %n %s %T@ %C@ %l\n"]).GetAwaiter().GetResult().Output;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
