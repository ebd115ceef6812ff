using System.CommandLine;
using System.Diagnostics;
using FolderSync.CommandLine.Docs;
using FolderSync.CommandLine.Shell;
using Xunit;

namespace FolderSync.CommandLine.Tests.Docs;

public sealed class HelpTests : IDisposable
{
    private readonly CliRun _cli = new();

    private CommandSet Line => CommandLineProgram.Commands(_cli.Context(TextWriter.Null, TextWriter.Null), CliRun.NoService);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Every_command_argument_and_option_has_its_sentence()
    {
        foreach (var command in All(Line.Root))
        {
            Assert.EndsWith(".", command.Description, StringComparison.Ordinal);
            Assert.All(command.Arguments, a => Assert.False(string.IsNullOrWhiteSpace(a.Description), $"{command.Name} {a.Name}"));
            Assert.All(command.Options, o => Assert.False(string.IsNullOrWhiteSpace(o.Description), $"{command.Name} {o.Name}"));
            Assert.All(command.Options.Where(o => o.ValueType != typeof(bool) && o.Name is not ("--help" or "--version")), o => Assert.False(o.HelpName is null, $"{command.Name} {o.Name}"));
        }
    }

    [Fact]
    public async Task Help_of_every_command_fits_into_80_columns()
    {
        foreach (var command in All(Line.Root))
        {
            var path = CommandPage.PathOf(command).Split(' ')[1..];
            var (code, help, error) = await _cli.RunAsync([.. path, "--help"]);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains("Usage:", help, StringComparison.Ordinal);
            Assert.All(help.Split(Environment.NewLine), l => Assert.True(l.Length <= 80 || l.StartsWith("  foldersync ", StringComparison.Ordinal), l));
        }
    }

    [Fact]
    public async Task The_program_s_help_shows_groups_and_exit_codes()
    {
        var (_, help, _) = await _cli.RunAsync("--help");
        foreach (var group in Line.Groups)
            Assert.Contains($"{Environment.NewLine}{group.Title}:{Environment.NewLine}", help, StringComparison.Ordinal);
        foreach (var code in (string[])["0", "1", "2", "130"])
            Assert.Contains($"{Environment.NewLine}  {code} ", help, StringComparison.Ordinal);
        Assert.DoesNotContain("  man ", help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { "stat" }, "There is no command 'stat'. Did you mean 'status'?")]
    [InlineData(new[] { "puase", "x" }, "Did you mean 'pause'?")]
    [InlineData(new[] { "xyzzy" }, "There is no command 'xyzzy'.")]
    [InlineData(new[] { "autostart" }, "`autostart` requires one of: on, off, status.")]
    [InlineData(new[] { "config", "chek" }, "Did you mean 'check'?")]
    [InlineData(new[] { "status", "--jsno" }, "Did you mean '--json'?")]
    [InlineData(new[] { "completion", "tcsh" }, "'bash'")]
    [InlineData(new[] { "need" }, "FOLDER")]
    public async Task Mistyped_words_are_told_in_a_line_that_helps(string[] args, string told)
    {
        var (code, output, error) = await _cli.RunAsync(args);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.Contains("--help` shows how it is used.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("\\u000a", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_word_the_help_is_shown_on_standard_error()
    {
        var (code, output, error) = await _cli.RunAsync();
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("To begin:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_begins_with_an_at_sign_is_a_name()
    {
        await _cli.RunAsync("init");
        var (code, _, error) = await _cli.RunAsync("unshare", "@photos");
        Assert.Equal(2, code);
        Assert.Contains("There is no folder '@photos'", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_manual_has_a_page_for_every_command_and_is_the_same_each_time()
    {
        var (first, second) = (Path.Combine(_cli.Directory, "one"), Path.Combine(_cli.Directory, "two"));
        Assert.Equal((0, "", ""), await _cli.RunAsync("man", first));
        await _cli.RunAsync("man", second);
        var files = Directory.GetFiles(first).Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Line.Groups.SelectMany(g => g.Commands).Select(c => $"foldersync-{c.Name}.1").Append("foldersync.1").Order(StringComparer.Ordinal), files);
        Assert.All(files, f => Assert.Equal(File.ReadAllBytes(Path.Combine(first, f!)), File.ReadAllBytes(Path.Combine(second, f!))));
    }

    [SkippableFact]
    public async Task The_manual_is_what_groff_wants()
    {
        Skip.IfNot(File.Exists("/usr/bin/groff"), "groff is not installed.");
        var directory = Path.Combine(_cli.Directory, "man");
        await _cli.RunAsync("man", directory);
        foreach (var file in Directory.GetFiles(directory))
        {
            using var groff = Process.Start(new ProcessStartInfo("groff", ["-man", "-ww", "-Tascii", "-P-cbou", "-rLL=78n", file]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var warnings = groff.StandardError.ReadToEndAsync();
            var text = await groff.StandardOutput.ReadToEndAsync();
            await groff.WaitForExitAsync();
            Assert.Equal("", await warnings);
            Assert.Contains("SYNOPSIS", text, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<Command> All(Command command) => command.Subcommands.SelectMany(All).Prepend(command);
}
