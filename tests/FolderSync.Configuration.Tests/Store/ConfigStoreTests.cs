using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Platform;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Configuration.Tests.Store;

public sealed class ConfigStoreTests : IDisposable
{
    private static readonly TimeSpan Limit = TestLimits.Timeout;
    private static readonly string Drive = OperatingSystem.IsWindows() ? "C:" : "";
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-config-").FullName);

    public ConfigStoreTests() => DurableFile.Write(_home.ConfigFile, InitialConfig.Text("laptop", "key"));

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
            Assert.Equal(OwnerOnlyFile.Mode, File.GetUnixFileMode(_home.ConfigFile));
        Assert.DoesNotContain(Directory.GetFiles(_home.Path), f => f.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_and_nothing_changes()
    {
        using var store = ConfigStore.Open(_home);
        var before = File.ReadAllText(_home.ConfigFile);
        var folder = new FolderConfig { Id = new FolderId("a"), Path = Drive + "/data/a" };
        await store.UpdateAsync(c => c.PutFolder(folder));
        var between = store.Current;
        await Assert.ThrowsAsync<ConfigException>(() => store.UpdateAsync(c => c.PutFolder(folder with { Id = new FolderId("b"), Path = Drive + "/data/a/b" })));
        Assert.Same(between, store.Current);
        Assert.Contains(before.Split('\n')[0], File.ReadAllText(_home.ConfigFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task This_device_and_unknown_ones_never_get_among_the_peers()
    {
        using var store = ConfigStore.Open(_home, self: Phone);
        await store.UpdateAsync(c => c.PutDevice(new DeviceConfig { Id = Phone }).PutFolder(new FolderConfig { Id = new FolderId("a"), Path = Drive + "/a", Devices = [Phone] }));
        Assert.Empty(store.Current.Engine.Devices);
        Assert.Empty(store.Current.Engine.Folders.Single().Devices);
    }

    [Fact]
    public async Task A_device_that_is_renamed_keeps_its_folders()
    {
        DurableFile.Write(_home.ConfigFile, $"devices:\n  - id: {Phone}\n    name: phone # mine\nfolders:\n  - id: a\n    path: {Drive}/a\n    with: [phone] # whom\n");
        using var store = ConfigStore.Open(_home);
        await store.UpdateAsync(c => c.PutDevice(c.Engine.Devices[0] with { Name = "tablet" }));
        Assert.Equal($"devices:\n  - id: {Phone}\n    name: tablet # mine\nfolders:\n  - id: a\n    path: {Drive}/a\n    with: [tablet] # whom\n", File.ReadAllText(_home.ConfigFile));
        await store.UpdateAsync(c => c.RemoveDevice(Phone));
        Assert.Equal($"devices: []\nfolders:\n  - id: a\n    path: {Drive}/a\n    with: [] # whom\n", File.ReadAllText(_home.ConfigFile));
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
        await store.ReloadAsync();
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
    public void A_file_that_never_was_good_is_refused_at_the_start()
    {
        File.WriteAllText(_home.ConfigFile, "page: [\n");
        Assert.Equal(2, Assert.Throws<ConfigException>(() => ConfigStore.Open(_home)).First.Line);
        Assert.False(Directory.Exists(_home.ConfigBackups));
    }

    [Theory]
    [InlineData("device: {name: third}\npage: {tls: maybe}\n", 2)]
    [InlineData("device: [\n", 2)]
    [InlineData(null, 0)]
    public async Task A_wrong_or_missing_file_gives_way_to_the_last_good_one_over_a_restart(string? wrong, int line)
    {
        using (var store = ConfigStore.Open(_home))
        {
            await store.UpdateAsync(c => c.WithEngine(e => e with { Name = "first" }));
            await store.UpdateAsync(c => c.WithEngine(e => e with { Name = "second" }));
        }
        if (wrong is null)
            File.Delete(_home.ConfigFile);
        else
            File.WriteAllText(_home.ConfigFile, wrong);
        // A damaged backup is skipped.
        File.WriteAllText(Path.Combine(_home.ConfigBackups, "config-99990101-000000-000.yaml"), "devices: {");
        using (var store = ConfigStore.Open(_home))
        {
            Assert.Equal("second", store.Current.Engine.Name);
            Assert.Equal(line, store.Error!.First.Line);
            Assert.Contains("The last valid version is in force", store.Error.Problems[^1].Message, StringComparison.Ordinal);
            Assert.Equal(wrong, File.Exists(_home.ConfigFile) ? File.ReadAllText(_home.ConfigFile) : null);

            // Values that the service chooses are valid for this run, and never overwrite a file that the user has to fix.
            await store.SetOptionAsync("page", "address", "127.0.0.1:9999", "8384 is taken", CancellationToken.None);
            Assert.Equal("127.0.0.1:9999", store.Current.Page.Address);
            if (wrong is null)
                return;
            Assert.NotNull(store.Error);
            Assert.Equal(wrong, File.ReadAllText(_home.ConfigFile));
            await Assert.ThrowsAsync<ConfigException>(() => store.UpdateAsync(c => c.PutDevice(new DeviceConfig { Id = Phone })));

            File.WriteAllText(_home.ConfigFile, "device: {name: mended}\n");
            await store.ReloadAsync();
            Assert.Equal(("mended", null), (store.Current.Engine.Name, store.Error));
        }
        using var again = ConfigStore.Open(_home);
        Assert.Equal(("mended", PageConfig.DefaultAddress), (again.Current.Engine.Name, again.Current.Page.Address));
    }

    [Fact]
    public async Task A_whole_text_takes_the_place_of_a_wrong_file()
    {
        using (ConfigStore.Open(_home))
        {
        }
        File.WriteAllText(_home.ConfigFile, "device: [\n");
        using var store = ConfigStore.Open(_home);
        await store.UpdateTextAsync("device: {name: whole} # mine\n");
        Assert.Equal(("whole", null), (store.Current.Engine.Name, store.Error));
        await Assert.ThrowsAsync<ConfigException>(() => store.UpdateTextAsync("device: [\n"));
        Assert.Equal("device: {name: whole} # mine\n", File.ReadAllText(_home.ConfigFile));
    }

    [Fact]
    public async Task Overrides_hold_over_the_file_and_are_never_written_into_it()
    {
        var overrides = ConfigOverrides.None.With(new ConfigOverride("device", "name", "by flag", "--set")).With(new ConfigOverride("network", "listen", "tcp://127.0.0.1:1, default", "--set"));
        using var store = ConfigStore.Open(_home, overrides);
        Assert.Equal("by flag", store.Current.Engine.Name);
        Assert.Equal<string>(["tcp://127.0.0.1:1", "default"], store.Current.Engine.ListenAddresses);
        await store.UpdateAsync(c => c.WithEngine(e => e with { MaxSendKbps = 100 }));
        Assert.Equal(100, store.Current.Engine.MaxSendKbps);
        Assert.DoesNotContain("by flag", File.ReadAllText(_home.ConfigFile), StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1:1\"", File.ReadAllText(_home.ConfigFile), StringComparison.Ordinal);

        // A change of an overridden option is stored, for when the override ends.
        await store.UpdateAsync(c => c.WithEngine(e => e with { Name = "by page" }));
        Assert.Equal("by flag", store.Current.Engine.Name);
        using var later = ConfigStore.Open(_home);
        Assert.Equal("by page", later.Current.Engine.Name);
    }

    [Fact]
    public async Task A_byte_order_mark_stays_and_what_is_no_UTF_8_is_refused_with_its_place()
    {
        File.WriteAllBytes(_home.ConfigFile, [0xef, 0xbb, 0xbf, .. "device:\r\n  name: a # ü\r\n"u8]);
        using (var store = ConfigStore.Open(_home))
        {
            Assert.Equal("a", store.Current.Engine.Name);
            await store.UpdateAsync(c => c.WithEngine(e => e with { Name = "b", MaxSendKbps = 7 }));
            Assert.Equal((byte[])[0xef, 0xbb, 0xbf, .. "device:\r\n  name: b # ü\r\nlimits:\r\n  send: 7 KiB/s\r\n"u8], File.ReadAllBytes(_home.ConfigFile));
        }
        Directory.Delete(_home.ConfigBackups, recursive: true);
        File.WriteAllBytes(_home.ConfigFile, [.. "device:\n  name: "u8, (byte)'M', 0xfc, (byte)'\n']);
        Assert.Equal((2, 10), Assert.Throws<ConfigException>(() => ConfigStore.Open(_home)).First is var p ? (p.Line, p.Column) : default);
        File.WriteAllBytes(_home.ConfigFile, [0xff, 0xfe, (byte)'a', 0]);
        Assert.Contains("UTF-16", Assert.Throws<ConfigException>(() => ConfigStore.Open(_home)).Message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("rename")]
    [InlineData("truncate")]
    [InlineData("pieces")]
    [InlineData("symlink")]
    public async Task A_file_is_taken_up_however_an_editor_saves_it_and_never_half(string how)
    {
        Skip.If(how == "symlink" && OperatingSystem.IsWindows());
        if (how == "symlink")
        {
            var target = Path.Combine(_home.Path, "elsewhere");
            Directory.CreateDirectory(target);
            File.Move(_home.ConfigFile, Path.Combine(target, "mine.yaml"));
            File.CreateSymbolicLink(_home.ConfigFile, Path.Combine(target, "mine.yaml"));
        }
        using var store = ConfigStore.Open(_home);
        var seen = new List<ServiceConfig>();
        var whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Changed += c =>
        {
            seen.Add(c.New);
            if (c.New.Engine.Folders.Length == 2)
                whole.TrySetResult();
        };
        store.Watch();
        string first = $"folders:\n  - id: a\n    path: {Drive}/a\n", second = $"  - id: b\n    path: {Drive}/b\n";
        switch (how)
        {
            case "rename":
                File.WriteAllText(_home.ConfigFile + "~new", first + second);
                File.Move(_home.ConfigFile, _home.ConfigFile + "~");
                File.Move(_home.ConfigFile + "~new", _home.ConfigFile);
                break;
            case "pieces":
                using (var stream = new FileStream(_home.ConfigFile, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
                {
                    stream.Write(System.Text.Encoding.UTF8.GetBytes(first));
                    stream.Flush(flushToDisk: true);
                    // Half a file that is valid YAML: reloading it would remove folder b for a moment.
                    await Task.Delay(800);
                    stream.Write(System.Text.Encoding.UTF8.GetBytes(second));
                }
                break;
            default:
                File.WriteAllText(_home.ConfigFile, first + second);
                break;
        }
        await whole.Task.WaitAsync(Limit);
        Assert.All(seen, c => Assert.Equal(2, c.Engine.Folders.Length));
        Assert.Null(store.Error);
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
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => store.UpdateAsync(c => c.PutFolder(new FolderConfig { Id = new FolderId($"f{i}"), Path = $"{Drive}/f{i}" })))));
        using var read = ConfigStore.Open(_home);
        Assert.Equal(20, read.Current.Engine.Folders.Length);
    }
}
