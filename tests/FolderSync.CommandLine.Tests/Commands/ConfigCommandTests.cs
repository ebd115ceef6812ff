using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.CommandLine.Tests.Commands;

/// <summary>`foldersync config ...` without a running service.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-config-cli-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    private string Home => Path.Combine(_directory, "home");

    private string ConfigFile => Path.Combine(Home, "config.yaml");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<(int Code, string Out, string Error)> RunAsync(string answers, params string[] args)
    {
        using StringWriter output = new(), error = new();
        var context = new CliContext(output, error, name => name == "PATH" ? System.Environment.GetEnvironmentVariable(name) : _environment.GetValueOrDefault(name), IsTerminal: false, _directory)
        {
            In = new StringReader(answers),
            Variables = [.. _environment.Keys],
        };
        var code = await CommandLineProgram.RunAsync([.. args, "--home", Home], context, CliRun.NoService);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Show_tells_each_options_origin_and_hides_secrets()
    {
        await RunAsync("", "init", "--name", "laptop");
        File.WriteAllText(ConfigFile, $"""
            device:
              name: laptop
            page:
              api-key: very-secret
              password-hash: $2a$10$ixlPY3AAd4ty1l6E2IsQ9OFZi2ba9ZQE0bP7RFcGIWNhyFrrT3YUi
            limits: {"{send: 2 MiB/s}"}
            devices:
              - id: {new DeviceId([.. Enumerable.Repeat((byte)7, 32)])}
                name: phone
            folders:
              - id: docs
                path: /docs
                with: [phone]
            """);
        _environment["FOLDERSYNC_PAGE_ADDRESS"] = "127.0.0.1:9000";
        _environment["FOLDERSYNC_LIMITS_RECEIVE"] = "1 MiB/s";
        var (code, text, _) = await RunAsync("", "config", "show");
        Assert.Equal(0, code);
        Assert.Matches(@"  address: 127\.0\.0\.1:9000 +# environment, FOLDERSYNC_PAGE_ADDRESS\n", text);
        Assert.Matches(@"  api-key: ""\*{8}"" +# file, line 4\n", text);
        Assert.Matches(@"  send: 2 MiB/s +# file, line 6\n", text);
        Assert.Matches(@"  receive: 1 MiB/s +# environment", text);
        Assert.Matches(@"  tls: false +# default\n", text);
        Assert.Matches(@"    with: \[phone\] +# file, line 13\n", text);
        Assert.Matches(@"    rescan: 1h +# default\n", text);
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        Assert.DoesNotContain("$2a$10", text, StringComparison.Ordinal);
        // The output is a configuration itself, except for hidden values.
        Assert.Empty(ConfigReader.Read("shown", ConfigDocument.Parse("shown", text.Replace(ConfigPrinter.Hidden, "", StringComparison.Ordinal)), new HomeDirectory(Home)).Warnings);

        var set = (await RunAsync("", "config", "show", "--set")).Out;
        Assert.DoesNotContain("# default", set, StringComparison.Ordinal);
        Assert.Contains("name: laptop", set, StringComparison.Ordinal);

        _environment["FOLDERSYNC_PAGE_TLS"] = "maybe";
        var wrong = await RunAsync("", "config", "show");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("FOLDERSYNC_PAGE_TLS: 'tls' must be true or false", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_looks_at_the_file_itself_or_at_another_one()
    {
        await RunAsync("", "init");
        Assert.Equal(0, (await RunAsync("", "config", "check")).Code);
        using (ConfigStore.Open(new HomeDirectory(Home)))
        {
        }
        File.WriteAllText(ConfigFile, "folders:\n  - id: x\n    path: /x\n    type: sendonly\nlimits:\n  send: fast\n");
        var (code, _, error) = await RunAsync("", "config", "check");
        Assert.Equal(2, code);
        Assert.Contains("config.yaml:4:11: 'type' can't be 'sendonly'. Did you mean 'send-only'?", error, StringComparison.Ordinal);
        Assert.Contains("config.yaml:6:9: 'send' must be a rate, not 'fast'.", error, StringComparison.Ordinal);

        // A service would keep the last valid configuration, and `show` says so.
        var shown = await RunAsync("", "config", "show");
        Assert.Equal(0, shown.Code);
        Assert.Contains("# ", shown.Out.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("The last valid version is in force", shown.Out, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(_directory, "other.yaml"), "page: {adress: x}\n");
        _environment["FOLDERSYNC_LIMIT_SEND"] = "1";
        _environment["FOLDERSYNC_LIMITS_SNED"] = "1";
        var other = await RunAsync("", "config", "check", "other.yaml");
        Assert.Equal(0, other.Code);
        Assert.Contains("other.yaml:1:8: There is no option 'adress' here", other.Error, StringComparison.Ordinal);
        Assert.Contains("Did you mean FOLDERSYNC_LIMITS_SEND?", other.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Edit_replaces_the_file_only_by_a_good_one()
    {
        Skip.If(OperatingSystem.IsWindows());
        await RunAsync("", "init");
        var before = File.ReadAllText(ConfigFile);

        _environment["EDITOR"] = "true";
        Assert.Contains("Nothing was changed", (await RunAsync("", "config", "edit")).Error, StringComparison.Ordinal);

        // Invalid at first, and abandoned: the file doesn't change, and the edited text is kept.
        _environment["VISUAL"] = "sh -c 'echo page: [ >> \"$1\"' x";
        var (code, _, error) = await RunAsync("n\n", "config", "edit");
        Assert.Equal(2, code);
        Assert.Equal(before, File.ReadAllText(ConfigFile));
        var copy = Assert.Single(Directory.GetFiles(Home, "config-edit-*"));
        Assert.Contains(copy, error, StringComparison.Ordinal);
        Assert.EndsWith("page: [\n", File.ReadAllText(copy), StringComparison.Ordinal);

        // Invalid at first, corrected when asked.
        _environment["VISUAL"] = "sh -c 'if grep -q wrong \"$1\"; then sed -i s/wrong/128/ \"$1\"; else printf \"limits: {folders-at-once: wrong}\\n\" > \"$1\"; fi' x";
        (code, _, error) = await RunAsync("y\n", "config", "edit");
        Assert.True(code == 0, error);
        Assert.Contains("'folders-at-once' must be a whole number", error, StringComparison.Ordinal);
        Assert.Equal("limits: {folders-at-once: 128}\n", File.ReadAllText(ConfigFile));
        Assert.Empty(Directory.GetFiles(Home, "config-edit-*"));

        // Somebody else saves the file meanwhile.
        _environment["VISUAL"] = $"sh -c 'echo \"device: {{name: theirs}}\" > {ConfigFile}; echo \"device: {{name: mine}}\" > \"$1\"' x";
        (code, _, error) = await RunAsync("", "config", "edit");
        Assert.Equal(1, code);
        Assert.Equal("device: {name: theirs}\n", File.ReadAllText(ConfigFile));
        Assert.Contains("another program", error, StringComparison.Ordinal);

        _environment["VISUAL"] = "false";
        Assert.Contains("exit code 1", (await RunAsync("", "config", "edit")).Error, StringComparison.Ordinal);
    }
}
