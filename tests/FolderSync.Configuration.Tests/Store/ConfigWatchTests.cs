using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Platform;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Configuration.Tests.Store;

/// <summary>A fault in what looks at the file: it is told, and the look is made again.</summary>
public sealed class ConfigWatchTests : IDisposable
{
    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-watch-").FullName);

    public ConfigWatchTests() => DurableFile.Write(_home.ConfigFile, InitialConfig.Text("laptop", "key"));

    public void Dispose() => Directory.Delete(_home.Path, recursive: true);

    [Fact]
    public async Task A_look_at_the_configuration_that_fails_is_made_again()
    {
        var time = new FaultyTime("ConfigFileWatcher.DebounceAsync");
        List<Exception> faults = [];
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = new ConfigFileWatcher(
            _home.ConfigFile,
            _ =>
            {
                looked.TrySetResult();
                return Task.CompletedTask;
            },
            faults.Add,
            time);
        File.AppendAllText(_home.ConfigFile, "# edited\n");
        await looked.Task.WaitAsync(TestLimits.Timeout);
        Assert.Contains(time.Fault, faults);
    }

    [Fact]
    public async Task Polling_the_configuration_starts_again()
    {
        var time = new FaultyTime("ConfigFileWatcher.PollAsync");
        List<Exception> faults = [];
        // No watch can be had of what lies in no directory, so it is polled.
        using var watch = new ConfigFileWatcher(Path.Combine(_home.Path, "absent", "config.yaml"), _ => Task.CompletedTask, faults.Add, time);
        await time.Resumed.WaitAsync(TestLimits.Timeout);
        Assert.Contains(time.Fault, faults);
    }
}
