using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Platform;
using Xunit;

namespace FolderSync.CommandLine.Tests;

public sealed class CommandLineTests : IDisposable
{
    private static readonly string Phone = new DeviceId([.. Enumerable.Range(1, 32).Select(i => (byte)i)]).ToString();

    private readonly CliRun _cli = new();

    private string Home => _cli.Home;

    private string ConfigText => File.ReadAllText(Path.Combine(Home, "config.yaml"));

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Init_makes_a_private_home_once()
    {
        var (code, id, _) = await _cli.RunAsync("init", "--home", Home, "--name", "laptop");
        Assert.Equal(0, code);
        Assert.True(DeviceIdText.TryParse(id.Trim(), out _, out _));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(OwnerOnlyDirectory.Mode, File.GetUnixFileMode(Home));
        var text = ConfigText;
        Assert.Contains("name: laptop", text, StringComparison.Ordinal);

        var again = await _cli.RunAsync("init", "--home", Home, "--name", "other");
        Assert.Equal((0, id), (again.Code, again.Out));
        Assert.Contains("already exists", again.Error, StringComparison.Ordinal);
        Assert.Equal(text, ConfigText);
        Assert.Equal((0, id), await _cli.RunAsync("id") is var (c, o, _) ? (c, o) : default);
    }

    public static TheoryData<string[], string> BadInput => new()
    {
        { ["pair", "ABC"], "56 letters" },
        { ["pair", "PHONE"], "group" },
        { ["pair", "SELF"], "own ID" },
        { ["pair", Phone, "--address", "192.168.1.5"], "tcp://192.168.1.5:22000" },
        { ["unpair", "tablet"], "no device 'tablet'" },
        { ["share", "missing", "--with", Phone], "does not exist" },
        { ["share", "a-file", "--with", "known"], "is a file" },
        { ["share", "folder/inside", "--with", "known"], "inside the folder 'folder'" },
        { ["share", ".", "--with", "known"], "holds the folder 'folder'" },
        { ["share", "other", "--with", "nobody"], "no device 'nobody'" },
        { ["share", "other", "--with", "knwon"], "Did you mean 'known'?" },
        { ["share", "other", "--with", "known", "--id", "folder"], "belongs to" },
        { ["share", "other"], "--with" },
        { ["unshare", "nothing"], "no folder 'nothing'" },
        { ["nonsense"], "nonsense" },
        { ["id", "--home", "nowhere"], "foldersync init" },
    };

    [Theory]
    [MemberData(nameof(BadInput))]
    public async Task Bad_input_is_one_clear_sentence_and_exit_code_2(string[] args, string message)
    {
        var own = (await _cli.RunAsync("init")).Out.Trim();
        foreach (var name in new[] { "folder/inside", "other" })
            Directory.CreateDirectory(Path.Combine(_cli.Directory, name));
        File.WriteAllText(Path.Combine(_cli.Directory, "a-file"), "");
        Assert.Equal(0, (await _cli.RunAsync("pair", Phone, "--name", "known")).Code);
        Assert.Equal(0, (await _cli.RunAsync("share", "folder", "--with", "known")).Code);
        var before = ConfigText;
        var wrong = Phone[..^1] + (Phone[^1] == 'A' ? 'B' : 'A');
        var (code, _, error) = await _cli.RunAsync([.. args.Select(a => a == "SELF" ? own : a == "PHONE" ? wrong : a)]);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Equal(before, ConfigText);
    }

    [SkippableFact]
    public async Task A_directory_that_can_not_be_read_is_said_so()
    {
        Skip.If(OperatingSystem.IsWindows() || Environment.UserName == "root", "root reads everything");
        await _cli.RunAsync("init");
        await _cli.RunAsync("pair", Phone, "--name", "known");
        var closed = Directory.CreateDirectory(Path.Combine(_cli.Directory, "closed"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed.FullName, UnixFileMode.None);
        var (code, _, error) = await _cli.RunAsync("share", "closed", "--with", "known");
        // Who is not root can't remove it else.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(closed.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Equal(2, code);
        Assert.Contains("can't be read", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_service_pair_and_share_write_the_file_and_say_so()
    {
        await _cli.RunAsync("init");
        var comments = ConfigText.Split('\n').Where(l => l.TrimStart().StartsWith('#')).ToList();
        var pair = await _cli.RunAsync("pair", Phone.ToLowerInvariant(), "--name", "phone", "--address", "tcp://10.0.0.1:22000");
        Assert.Contains("not running", pair.Error, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_cli.Directory, "My Documents"));
        var share = await _cli.RunAsync("share", "My Documents", "--with", "phone", "--label", "Docs");
        Assert.Equal((0, 0), (pair.Code, share.Code));
        Assert.Contains($"  - id: {Phone}\n    name: phone\n    addresses: [\"tcp://10.0.0.1:22000\"]\n".Replace("\"", "", StringComparison.Ordinal), ConfigText.Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains($"  - id: my-documents\n    label: Docs\n    path: {_cli.Directory}/My Documents\n    with: [phone]\n", ConfigText, StringComparison.Ordinal);
        Assert.Equal(comments, ConfigText.Split('\n').Where(l => l.TrimStart().StartsWith('#')));
        Assert.Equal(0, (await _cli.RunAsync("unshare", "Docs")).Code);
        Assert.Equal(0, (await _cli.RunAsync("unpair", "phone")).Code);
        using var file = ConfigFile.Open(new HomeDirectory(Home));
        Assert.Empty(file.Devices);
        Assert.Empty(file.Folders);
    }

    [Fact]
    public async Task A_broken_configuration_is_named_with_line_and_column()
    {
        await _cli.RunAsync("init");
        File.AppendAllText(Path.Combine(Home, "config.yaml"), "page: {}\n");
        foreach (var args in new string[][] { ["pair", Phone], ["config", "check"] })
        {
            var (code, _, error) = await _cli.RunAsync(args);
            Assert.Equal(2, code);
            Assert.Matches(@"config\.yaml:\d+:1: 'page' is a duplicate key", error);
        }
    }

    [Fact]
    public async Task Commands_that_need_the_service_say_how_to_start_it()
    {
        await _cli.RunAsync("init");
        foreach (var args in new string[][] { ["status"], ["scan"], ["pause"], ["need", "x"] })
        {
            var (code, _, error) = await _cli.RunAsync(args);
            Assert.Equal(1, code);
            Assert.Contains("foldersync serve", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Help_and_version_are_there()
    {
        var (code, help, _) = await _cli.RunAsync("--help");
        Assert.Equal(0, code);
        Assert.Contains("Exit codes:", help, StringComparison.Ordinal);
        Assert.StartsWith("foldersync v", (await _cli.RunAsync("version")).Out, StringComparison.Ordinal);
    }


}
