using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Host.Config;
using Xunit;

namespace FolderSync.Tests.Config;

public sealed class ConfigStoreTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-config-").FullName);

    public ConfigStoreTests() => DurableFile.Write(_home.ConfigFile, NewConfig.Text("laptop", "key"));

    public void Dispose() => Directory.Delete(_home.Path, recursive: true);

    [Fact]
    public async Task A_change_is_in_the_file_durably_and_for_its_owner_only()
    {
        using var store = ConfigStore.Open(_home);
        ConfigChange? seen = null;
        store.Changed += c => seen = c;
        await store.UpdateAsync(c => c.PutDevice(new DeviceConfig { Id = Phone, Name = "phone" }));
        Assert.Equal("phone", store.Current.Engine.Devices.Single().Name);
        Assert.Equal("phone", seen!.New.Engine.Devices.Single().Name);
        Assert.Empty(seen.Old.Engine.Devices);
        var text = File.ReadAllText(_home.ConfigFile);
        Assert.Contains("# The other devices.", text, StringComparison.Ordinal);
        Assert.Contains($"  - id: {Phone}\n    name: phone\n", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(HomeDirectory.FileMode, File.GetUnixFileMode(_home.ConfigFile));
        Assert.DoesNotContain(Directory.GetFiles(_home.Path), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_and_nothing_changes()
    {
        using var store = ConfigStore.Open(_home);
        var before = File.ReadAllText(_home.ConfigFile);
        var folder = new FolderConfig { Id = new FolderId("a"), Path = "/data/a" };
        await store.UpdateAsync(c => c.PutFolder(folder));
        var between = store.Current;
        await Assert.ThrowsAsync<ConfigException>(() => store.UpdateAsync(c => c.PutFolder(folder with { Id = new FolderId("b"), Path = "/data/a/b" })));
        Assert.Same(between, store.Current);
        Assert.Contains(before.Split('\n')[0], File.ReadAllText(_home.ConfigFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task This_device_and_unknown_ones_never_get_among_the_peers()
    {
        using var store = ConfigStore.Open(_home, self: Phone);
        await store.UpdateAsync(c => c.PutDevice(new DeviceConfig { Id = Phone }).PutFolder(new FolderConfig { Id = new FolderId("a"), Path = "/a", Devices = [Phone] }));
        Assert.Empty(store.Current.Engine.Devices);
        Assert.Empty(store.Current.Engine.Folders.Single().Devices);
    }

    [Fact]
    public async Task A_device_that_is_renamed_keeps_its_folders()
    {
        DurableFile.Write(_home.ConfigFile, $"devices:\n  - id: {Phone}\n    name: phone # mine\nfolders:\n  - id: a\n    path: /a\n    with: [phone] # whom\n");
        using var store = ConfigStore.Open(_home);
        await store.UpdateAsync(c => c.PutDevice(c.Engine.Devices[0] with { Name = "tablet" }));
        Assert.Equal($"devices:\n  - id: {Phone}\n    name: tablet # mine\nfolders:\n  - id: a\n    path: /a\n    with: [tablet] # whom\n", File.ReadAllText(_home.ConfigFile));
        await store.UpdateAsync(c => c.RemoveDevice(Phone));
        Assert.Equal("devices: []\nfolders:\n  - id: a\n    path: /a\n    with: [] # whom\n", File.ReadAllText(_home.ConfigFile));
    }

    [Fact]
    public async Task A_saved_file_is_taken_up_and_a_bad_one_is_refused_with_its_place()
    {
        using var store = ConfigStore.Open(_home);
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Changed += _ => taken.TrySetResult();
        store.ProblemsChanged += () =>
        {
            if (store.Error is not null)
                refused.TrySetResult();
        };
        store.Watch();
        File.WriteAllText(_home.ConfigFile, "device: {name: desk}\n");
        await taken.Task.WaitAsync(Limit);
        Assert.Equal("desk", store.Current.Engine.Name);

        File.WriteAllText(_home.ConfigFile, "device: {name: desk}\npage: {tls: maybe}\n");
        await refused.Task.WaitAsync(Limit);
        Assert.Equal((2, 13), (store.Error!.First.Line, store.Error.First.Column));
        Assert.Equal("desk", store.Current.Engine.Name);
        var e = await Assert.ThrowsAsync<ConfigException>(() => store.UpdateAsync(c => c.RemoveDevice(Phone)));
        Assert.Equal(2, e.First.Line);
        Assert.Contains("maybe", File.ReadAllText(_home.ConfigFile), StringComparison.Ordinal);

        File.WriteAllText(_home.ConfigFile, "device: {name: desk}\n");
        await store.TakeUpAsync();
        Assert.Null(store.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("device: {na\0\0\0\0")]
    public async Task A_torn_file_gives_way_to_the_last_good_one_and_the_next_change_mends_it(string torn)
    {
        using (var store = ConfigStore.Open(_home))
            await store.UpdateAsync(c => c.WithEngine(e => e with { Name = "second" }));
        File.WriteAllText(_home.ConfigFile, torn);
        using (var store = ConfigStore.Open(_home))
        {
            Assert.Equal("second", store.Current.Engine.Name);
            Assert.NotNull(store.Error);
            await store.UpdateAsync(c => c.PutDevice(new DeviceConfig { Id = Phone }));
            Assert.Null(store.Error);
        }
        using var again = ConfigStore.Open(_home);
        Assert.Equal(("second", Phone), (again.Current.Engine.Name, again.Current.Engine.Devices.Single().Id));
        Assert.Null(again.Error);
    }

    [Fact]
    public void A_wrong_file_is_refused_at_the_start()
    {
        File.WriteAllText(_home.ConfigFile, "page: [\n");
        Assert.Equal(2, Assert.Throws<ConfigException>(() => ConfigStore.Open(_home)).First.Line);
    }

    [Fact]
    public async Task The_present_text_and_the_five_before_it_are_kept()
    {
        using var store = ConfigStore.Open(_home);
        for (var i = 0; i < 9; i++)
        {
            var name = $"n{i}";
            await store.UpdateAsync(c => c.WithEngine(e => e with { Name = name }));
        }
        var kept = Directory.GetFiles(_home.ConfigBackups).Order(StringComparer.Ordinal).Select(File.ReadAllText).ToList();
        Assert.Equal(6, kept.Count);
        Assert.Equal(store.Text, kept[^1]);
        Assert.Contains("name: n3", kept[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_from_many_sides_all_come_in()
    {
        using var store = ConfigStore.Open(_home);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.UpdateAsync(c => c.PutFolder(new FolderConfig { Id = new FolderId($"f{i}"), Path = $"/f{i}" })))));
        using var read = ConfigStore.Open(_home);
        Assert.Equal(20, read.Current.Engine.Folders.Length);
    }

    public static TheoryData<string> Samples => [.. Directory.GetFiles(SamplesDirectory(), "*.yaml").Select(f => Path.GetFileName(f)!)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_has_no_mistake(string name)
    {
        File.Copy(Path.Combine(SamplesDirectory(), name), _home.ConfigFile, overwrite: true);
        using var store = ConfigStore.Open(_home);
        Assert.Empty(store.Warnings);
        Assert.NotEmpty(store.Current.Engine.Folders);
    }

    [Fact]
    public void Every_option_is_in_a_sample()
    {
        var all = string.Concat(Directory.GetFiles(SamplesDirectory(), "*.yaml").Select(File.ReadAllText));
        IEnumerable<string> options = [.. ConfigSchema.Page.All.Select(f => f.Key), .. ConfigSchema.Network.All.Select(f => f.Key), .. ConfigSchema.Limits.All.Select(f => f.Key),
            .. ConfigSchema.Peer.All.Select(f => f.Key), .. ConfigSchema.Folder.All.Select(f => f.Key)];
        Assert.All(options.Where(o => o != "api-key"), o => Assert.Contains($" {o}:", all, StringComparison.Ordinal));
    }

    private static string SamplesDirectory([System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "config-samples"));
}
