using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

/// <summary>The number of config.yaml's format: none and 1 are the present one; a higher number is a newer version's.</summary>
public sealed class ConfigFormatTests : IDisposable
{
    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-config-").FullName);

    public void Dispose() => Directory.Delete(_home.Path, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("format: 1\n")]
    [InlineData("format:\n")]
    public void Today_s_format_is_read_without_a_word(string line)
    {
        DurableFile.Write(_home.ConfigFile, line + "device:\n  name: laptop\n");
        using var store = ConfigStore.Open(_home);
        Assert.Equal("laptop", store.Current.Engine.Name);
        Assert.Null(store.Error);
        Assert.Empty(store.Warnings);
    }

    [Fact]
    public async Task A_newer_format_is_refused_though_an_earlier_text_was_good_and_nothing_is_touched()
    {
        DurableFile.Write(_home.ConfigFile, "device:\n  name: laptop\n");
        using (var good = ConfigStore.Open(_home))
            await good.UpdateTextAsync("device:\n  name: desktop\n");
        // The rest is not read: a newer version may give it another meaning.
        DurableFile.Write(_home.ConfigFile, "# Theirs.\nformat: 2\ndevice: 7\n");
        var before = Contents();

        var refused = Assert.Throws<ConfigException>(() => ConfigStore.Open(_home));

        var problem = Assert.Single(refused.Problems);
        Assert.Equal((2, 9), (problem.Line, problem.Column));
        Assert.Equal("The configuration has format 2, written for a newer FolderSync.", problem.Message);
        Assert.Contains("reads format 1; install the newer version again", problem.Hint, StringComparison.Ordinal);
        Assert.Equal(before, Contents());
    }

    [Fact]
    public async Task A_running_service_goes_on_with_what_is_in_force_and_leaves_a_newer_file_alone()
    {
        DurableFile.Write(_home.ConfigFile, "device:\n  name: laptop\n");
        using var store = ConfigStore.Open(_home);
        DurableFile.Write(_home.ConfigFile, "format: 2\ndevice:\n  name: theirs\n");
        await store.ReloadAsync();
        Assert.Equal("laptop", store.Current.Engine.Name);
        Assert.True(store.Error!.IsNewer);
        await Assert.ThrowsAsync<ConfigException>(() => store.UpdateAsync(c => c.WithEngine(e => e with { Name = "mine" })));
        Assert.Equal("format: 2\ndevice:\n  name: theirs\n", File.ReadAllText(_home.ConfigFile));
    }

    [Theory]
    [InlineData("format: new\n")]
    [InlineData("format: 0\n")]
    [InlineData("format: [1]\n")]
    public void What_is_no_number_is_refused(string text)
    {
        DurableFile.Write(_home.ConfigFile, text);
        Assert.Contains("'format' must be a number", Assert.Throws<ConfigException>(() => ConfigStore.Open(_home)).Message, StringComparison.Ordinal);
    }

    private IReadOnlyList<(string Name, string Text)> Contents() =>
        [.. Directory.EnumerateFiles(_home.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(f => (f, File.ReadAllText(f)))];
}
