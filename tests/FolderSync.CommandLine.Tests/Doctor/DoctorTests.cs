using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FolderSync.Configuration.Checks;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.CommandLine.Tests.Doctor;

/// <summary>What `doctor` checks without a running service.</summary>
public sealed class DoctorTests : IDisposable
{
    private static readonly string Phone = new DeviceId([.. Enumerable.Range(1, 32).Select(i => (byte)i)]).ToString();

    private readonly CliRun _cli = new();

    private string ConfigFile => Path.Combine(_cli.Home, "config.yaml");

    private string Folder => Path.Combine(_cli.Directory, "folder");

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task A_good_home_without_a_service_warns_and_does_not_fail()
    {
        await MakeAsync();
        var (code, output, error) = await _cli.RunAsync("doctor");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("warn  service", output, StringComparison.Ordinal);
        Assert.Contains("-> `foldersync serve`", output, StringComparison.Ordinal);
        Assert.EndsWith("Nothing fails." + Environment.NewLine, output, StringComparison.Ordinal);
        Assert.All(output.Split(Environment.NewLine).Where(l => !l.Contains("-> ", StringComparison.Ordinal) && !l.Contains('/', StringComparison.Ordinal)), l => Assert.True(l.Length <= 80, l));
    }

    [Fact]
    public async Task No_home_fails_with_how_to_make_one()
    {
        var (code, output, error) = await _cli.RunAsync("doctor");
        Assert.Equal(1, code);
        Assert.Contains("foldersync init", output, StringComparison.Ordinal);
        Assert.Contains("1 check failed", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_cli.Home));
    }

    [Fact]
    public async Task A_broken_configuration_fails_with_line_and_hint()
    {
        await MakeAsync();
        await File.AppendAllTextAsync(ConfigFile, "foldrs: []\nnetwork:\n  listn: x\n");
        await File.AppendAllTextAsync(ConfigFile, "page: [\n");
        var checks = await ChecksAsync(1);
        Assert.Contains(checks, c => c is { Check: "configuration", Status: "fail" } && c.Text.Contains("config.yaml:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_gone_fails_and_one_without_its_mark_warns()
    {
        await MakeAsync();
        await File.WriteAllTextAsync(Path.Combine(Folder, "a"), "x");
        Assert.Contains(await ChecksAsync(0), c => c is { Check: "permissions", Status: "warn" } && c.Text.Contains(".stfolder", StringComparison.Ordinal));
        Directory.Delete(Folder, recursive: true);
        var gone = Assert.Single(await ChecksAsync(1), c => c.Status == "fail");
        Assert.Contains($"'{Folder}' does not exist", gone.Text, StringComparison.Ordinal);
        Assert.NotNull(gone.Fix);
    }

    [SkippableFact]
    public async Task Secrets_that_others_can_read_are_told_with_the_command_that_mends_it()
    {
        Skip.If(OperatingSystem.IsWindows());
        if (OperatingSystem.IsWindows())
            return;
        await MakeAsync();
        File.SetUnixFileMode(Path.Combine(_cli.Home, "key.pem"), (UnixFileMode)0b110_100_100);
        Assert.Contains(await ChecksAsync(0), c => c.Fix == $"chmod 600 '{_cli.Home}/key.pem'");
        File.SetUnixFileMode(_cli.Home, (UnixFileMode)0b111_101_101);
        Assert.Contains(await ChecksAsync(0), c => c.Fix == $"chmod 700 '{_cli.Home}'");
    }

    [Fact]
    public async Task A_damaged_identity_fails()
    {
        await MakeAsync();
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, "key.pem"), "nonsense");
        Assert.Contains(await ChecksAsync(1), c => c is { Check: "identity", Status: "fail" });
    }

    [Fact]
    public async Task A_taken_port_warns()
    {
        await MakeAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var store = ConfigStore.Open(new HomeDirectory(_cli.Home));
        await store.UpdateAsync(c => c with { Page = c.Page with { Address = $"127.0.0.1:{port}" } });
        var told = Assert.Single(await ChecksAsync(0), c => c.Check == "port" && c.Text.Contains($"{port}", StringComparison.Ordinal));
        Assert.Equal("warn", told.Status);
        Assert.Contains("page.address", told.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_directories_for_inotify_fail_with_the_exact_command()
    {
        await MakeAsync();
        for (var i = 0; i < 20; i++)
            Directory.CreateDirectory(Path.Combine(Folder, $"d{i}"));
        var limits = Directory.CreateDirectory(Path.Combine(_cli.Directory, "limits")).FullName;
        using var store = ConfigStore.Open(new HomeDirectory(_cli.Home));
        await LimitAsync(10);
        var told = Assert.Single(WatchChecks.Of(store.Current, TimeProvider.System, CancellationToken.None, limits));
        Assert.Equal("fail", told.Status);
        Assert.Equal("echo fs.inotify.max_user_watches=524288 | sudo tee /etc/sysctl.d/60-foldersync.conf && sudo sysctl --system", told.Fix);
        await LimitAsync(100);
        Assert.Equal("ok", Assert.Single(WatchChecks.Of(store.Current, TimeProvider.System, CancellationToken.None, limits)).Status);

        async Task LimitAsync(int watches)
        {
            await File.WriteAllTextAsync(Path.Combine(limits, "max_user_watches"), $"{watches}\n");
            await File.WriteAllTextAsync(Path.Combine(limits, "max_user_instances"), "128\n");
        }
    }

    private async Task<IReadOnlyList<DoctorCheck>> ChecksAsync(int expectedCode)
    {
        var (code, output, _) = await _cli.RunAsync("doctor", "--json");
        Assert.True(code == expectedCode, output);
        return JsonSerializer.Deserialize(output, ExtensionJson.Default.IReadOnlyListDoctorCheck)!;
    }

    private async Task MakeAsync()
    {
        await _cli.RunAsync("init");
        await _cli.RunAsync("pair", Phone, "--name", "phone");
        Directory.CreateDirectory(Folder);
        Assert.Equal(0, (await _cli.RunAsync("share", "folder", "--with", "phone")).Code);
    }
}
