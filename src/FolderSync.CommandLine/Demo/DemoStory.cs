using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Demo;

/// <summary>
/// Demonstrates the main job with two devices: pair, share, copy, edit, conflict. Does everything through REST and the folders, like a user.
/// </summary>
internal sealed class DemoStory : IAsyncDisposable
{
    private const string FolderId = "demo";
    private static readonly TimeSpan StepTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);

    private readonly CliContext _context;
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-demo-").FullName;
    private DemoDevice _anna = null!;
    private DemoDevice _ben = null!;
    private bool _started;

    private DemoStory(CliContext context) => _context = context;

    /// <param name="files">Small files in the sample.</param>
    /// <param name="exit">Ends after the story instead of at Ctrl-C.</param>
    public static async Task RunAsync(CliContext context, int files, bool exit, CancellationToken cancellation)
    {
        await using var story = new DemoStory(context);
        try
        {
            await story.StartAsync(cancellation);
            await story.CopyAsync(files, cancellation);
            await story.EditAsync(cancellation);
            await story.ConflictAsync(cancellation);
            await story.EndAsync(exit, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await context.Out.WriteLineAsync("Ending.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_started)
            await Task.WhenAll(_anna.DisposeAsync().AsTask(), _ben.DisposeAsync().AsTask());
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        await WriteAsync($"Starting two devices, 'anna' and 'ben', in {_directory}");
        var anna = DemoDevice.StartAsync(_directory, "anna", FreePort(), cancellation);
        var ben = DemoDevice.StartAsync(_directory, "ben", FreePort(), cancellation);
        try
        {
            await Task.WhenAll(anna, ben);
        }
        catch
        {
            foreach (var started in new[] { anna, ben }.Where(t => t.IsCompletedSuccessfully))
                await started.Result.DisposeAsync();
            throw;
        }
        (_anna, _ben, _started) = (anna.Result, ben.Result, true);
        await WriteAsync($"anna is {_anna.Id}");
        await WriteAsync($"ben  is {_ben.Id}");
        await _anna.Client.PutDeviceAsync(new ConfiguredDevice { DeviceId = _ben.Id, Name = "ben", Addresses = [_ben.PeerAddress] }, cancellation);
        await _ben.Client.PutDeviceAsync(new ConfiguredDevice { DeviceId = _anna.Id, Name = "anna", Addresses = [_anna.PeerAddress] }, cancellation);
        await WriteAsync("They are paired.");
    }

    private async Task CopyAsync(int files, CancellationToken cancellation)
    {
        SampleTree.Make(_anna.Folder, files);
        await WriteAsync($"anna has a sample of {files + 3:N0} files; ben's folder is empty. Sharing it.");
        List<SharedWith> both = [new() { DeviceId = _anna.Id }, new() { DeviceId = _ben.Id }];
        foreach (var device in new[] { _anna, _ben })
            await device.Client.PutFolderAsync(new ConfiguredFolder { Id = FolderId, Label = "Demo", Path = device.Folder, Devices = both }, cancellation);
        var began = Stopwatch.StartNew();
        var (names, bytes) = await UntilEqualAsync(_ => true, cancellation);
        await WriteAsync($"Equal: {names:N0} files and directories, {HumanReadable.Bytes(bytes)}, compared byte for byte, {began.Elapsed.TotalSeconds:0.0} s after sharing.");
    }

    private async Task EditAsync(CancellationToken cancellation)
    {
        await File.AppendAllTextAsync(Path.Combine(_anna.Folder, SampleTree.Notes), "A line by anna.\n", cancellation);
        await File.WriteAllTextAsync(Path.Combine(_ben.Folder, "from ben.txt"), "A new file by ben.\n", cancellation);
        var began = Stopwatch.StartNew();
        await WriteAsync("anna adds a line to notes.txt, ben writes a new file.");
        await UntilEqualAsync(digest => digest.ContainsKey("from ben.txt"), cancellation);
        await WriteAsync($"Both have both, {began.Elapsed.TotalSeconds:0.0} s later.");
    }

    private async Task ConflictAsync(CancellationToken cancellation)
    {
        await WriteAsync("Now they are disconnected, and both change notes.txt.");
        await _anna.Client.PauseDeviceAsync(_ben.Id, true, cancellation);
        await _ben.Client.PauseDeviceAsync(_anna.Id, true, cancellation);
        await File.WriteAllTextAsync(Path.Combine(_anna.Folder, SampleTree.Notes), "What anna wrote meanwhile.\n", cancellation);
        await Task.Delay(TimeSpan.FromSeconds(1.1), cancellation);
        await File.WriteAllTextAsync(Path.Combine(_ben.Folder, SampleTree.Notes), "What ben wrote meanwhile.\n", cancellation);
        await Task.WhenAll(_anna.Client.ScanAsync(FolderId, cancellation), _ben.Client.ScanAsync(FolderId, cancellation));
        await WriteAsync("They meet again.");
        await _anna.Client.PauseDeviceAsync(_ben.Id, false, cancellation);
        await _ben.Client.PauseDeviceAsync(_anna.Id, false, cancellation);
        await UntilEqualAsync(digest => digest.Keys.Any(IsConflict), cancellation);
        var copy = SampleTree.Digest(_anna.Folder).Keys.First(IsConflict);
        await WriteAsync("Nothing is lost; both devices have both:");
        foreach (var name in new[] { SampleTree.Notes, copy })
            await WriteAsync($"  {name}: {(await File.ReadAllTextAsync(Path.Combine(_anna.Folder, name), cancellation)).Trim()}");
    }

    private async Task EndAsync(bool exit, CancellationToken cancellation)
    {
        foreach (var (name, device) in new[] { ("anna", _anna), ("ben", _ben) })
        {
            await WriteAsync($"{name}'s folder: {device.Folder}");
            await WriteAsync($"{name}'s page, by a link that works once, for ten minutes: {(await device.Client.PageLinkAsync("", isPrinted: true, cancellation)).Url}");
        }
        if (exit)
            return;
        await WriteAsync("Change something in one folder and watch it appear in the other. Ctrl-C ends the demo and removes everything.");
        while (true)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
            _anna.CheckAlive();
            _ben.CheckAlive();
        }
    }

    /// <summary>Shows progress until both folders are equal and match <paramref name="wanted"/>.</summary>
    /// <returns>The number of names and the bytes of their content.</returns>
    private async Task<(int Names, long Bytes)> UntilEqualAsync(Func<IReadOnlyDictionary<string, string>, bool> wanted, CancellationToken cancellation)
    {
        await using var screen = new DemoScreen(_context);
        for (var began = Stopwatch.StartNew(); began.Elapsed < StepTimeout; await Task.Delay(PollInterval, cancellation))
        {
            _anna.CheckAlive();
            _ben.CheckAlive();
            var (a, b) = (await _anna.Client.FolderStatusAsync(FolderId, cancellation), await _ben.Client.FolderStatusAsync(FolderId, cancellation));
            screen.Show([("anna", a), ("ben", b)]);
            if (a is not { State: "idle", NeedTotalItems: 0 } || b is not { State: "idle", NeedTotalItems: 0 } || a.GlobalBytes != b.GlobalBytes)
                continue;
            var (left, right) = (SampleTree.Digest(_anna.Folder), SampleTree.Digest(_ben.Folder));
            if (wanted(left) && left.SequenceEqual(right))
                return (left.Count, b.LocalBytes);
        }
        throw CliException.Failed($"The folders are not equal after {StepTimeout.TotalMinutes:0} minutes. {await DescribeNeedAsync(_anna, cancellation)}{await DescribeNeedAsync(_ben, cancellation)}");
    }

    private static async Task<string> DescribeNeedAsync(DemoDevice device, CancellationToken cancellation)
    {
        var need = await device.Client.NeedPageAsync(FolderId, 1, 5, cancellation);
        var lacking = string.Join(", ", need.Items.Select(i => $"{i.Name} ({i.Reason})"));
        return lacking.Length > 0 ? $"{device.Name} lacks {lacking}. " : "";
    }

    private static bool IsConflict(string name) => name.Contains(".sync-conflict-", StringComparison.Ordinal);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task WriteAsync(string line) => _context.Out.WriteLineAsync(line);
}
