using FolderSync.CommandLine.Completion;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.CommandLine.Tests.Completion;

public sealed class CompletionTests : IDisposable
{
    private static readonly string Phone = new DeviceId([.. Enumerable.Range(1, 32).Select(i => (byte)i)]).ToString();

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("foldersync", "", "")]
    [InlineData("foldersync ", "", "")]
    [InlineData("foldersync pau", "", "pau")]
    [InlineData("foldersync pause  my", "pause", "my")]
    [InlineData("foldersync need 'All ph", "need", "All ph")]
    [InlineData("foldersync need \"All ph", "need", "All ph")]
    [InlineData("foldersync need All\\ ph", "need", "All ph")]
    [InlineData("foldersync need '' ", "need||", "")]
    [InlineData("foldersync --home '/a b' need x\\", "--home|/a b|need", "x\\")]
    [InlineData("/usr/bin/foldersync\tneed \"a\\\"b\" ", "need|a\"b", "")]
    [InlineData("foldersync need \"a\\b \\$c\\\\\" x", "need|a\\b $c\\", "x")]
    public void A_line_is_taken_apart_as_a_shell_does(string line, string before, string current)
    {
        var words = ShellWords.Of(line, backslashQuotes: true);
        Assert.Equal(before, string.Join('|', words.Before) + (words.Before.LastOrDefault() == "" ? "|" : ""));
        Assert.Equal(current, words.Current);
    }

    [Fact]
    public void Windows_paths_keep_their_backslashes() =>
        Assert.Equal(@"C:\Users\a", ShellWords.Of(@"foldersync share C:\Users\a", backslashQuotes: false).Current);

    [Theory]
    [InlineData("foldersync pau", "pause")]
    [InlineData("foldersync autostart ", "off|on|status")]
    [InlineData("foldersync pause ", "documents|my phone")]
    [InlineData("foldersync pause D", "documents")]
    [InlineData("foldersync share x --with ", "my phone")]
    [InlineData("foldersync unshare documents --with m", "my phone")]
    [InlineData("foldersync device ", "my phone")]
    [InlineData("foldersync need documents --p", "--page|--per-page")]
    [InlineData("foldersync log --level w", "warning")]
    [InlineData("foldersync completion ", "bash|fish|powershell|zsh")]
    [InlineData("foldersync share ", ":directories")]
    [InlineData("foldersync --home ", ":directories")]
    [InlineData("foldersync scan --home ", ":directories")]
    [InlineData("foldersync --home nowhere need ", "--help|--json|--page|--per-page")]
    [InlineData("foldersync nonsense x", "")]
    [InlineData("foldersync need documents x", "")]
    [InlineData("foldersync man", "")]
    public async Task Commands_options_folders_and_devices_are_offered(string line, string expected)
    {
        await MakeAsync();
        var (code, output, error) = await CompleteAsync(line);
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(expected, string.Join('|', output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t')[0])));
    }

    [Fact]
    public async Task A_cursor_within_the_line_counts()
    {
        var (_, output, _) = await _cli.RunAsync("[complete:14]", "foldersync pau rest of it");
        Assert.StartsWith("pause\t", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("")]
    public async Task What_can_not_be_read_is_silently_nothing(string config)
    {
        await MakeAsync();
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, "config.yaml"), config);
        Directory.Delete(Path.Combine(_cli.Home, "config-backups"), recursive: true);
        foreach (var line in (string[])["foldersync pause ", "foldersync pair ", "foldersync device "])
        {
            var (code, output, error) = await CompleteAsync(line);
            Assert.Equal((0, ""), (code, error));
            Assert.DoesNotContain("documents", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task System_command_line_s_own_directive_completes_too()
    {
        await MakeAsync();
        var (code, output, _) = await _cli.RunAsync("[suggest:14]", "foldersync pau");
        Assert.Equal((0, "pause"), (code, output.Trim()));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("powershell")]
    public async Task Each_shell_has_its_script(string shell)
    {
        var (code, output, _) = await _cli.RunAsync("completion", shell);
        Assert.Equal(0, code);
        Assert.Contains("[complete:", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', output);
    }

    private Task<(int Code, string Out, string Error)> CompleteAsync(string line) => _cli.RunAsync($"[complete:{line.Length}]", line);

    private async Task MakeAsync()
    {
        await _cli.RunAsync("init");
        await _cli.RunAsync("pair", Phone, "--name", "my phone");
        Directory.CreateDirectory(Path.Combine(_cli.Directory, "documents"));
        Assert.Equal(0, (await _cli.RunAsync("share", "documents", "--with", "my phone")).Code);
    }
}
