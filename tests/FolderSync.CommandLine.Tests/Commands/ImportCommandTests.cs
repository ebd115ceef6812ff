using System.Diagnostics;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Network;
using FolderSync.Platform;
using Xunit;

namespace FolderSync.CommandLine.Tests.Commands;

/// <summary>`foldersync import-syncthing`.</summary>
public sealed class ImportCommandTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("foldersync-import-").FullName;
    private readonly DeviceIdentity _identity = DeviceIdentity.Create();

    private string From => Path.Combine(_directory, "syncthing");

    private HomeDirectory To => new(Path.Combine(_directory, "home"));

    public Task InitializeAsync() => _identity.SaveAsync(From);

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    private void WriteXml(string xml) => File.WriteAllText(Path.Combine(From, "config.xml"), xml.Replace("$SELF", _identity.DeviceId.ToString(), StringComparison.Ordinal));

    private async Task<(int Code, string Out, string Error)> RunAsync(string answers, params string[] args)
    {
        using StringWriter output = new(), error = new();
        var context = new CliContext(output, error, name => name == "HOME" ? _directory : null, IsTerminal: false, _directory) { In = new StringReader(answers) };
        var code = await CommandLineProgram.RunAsync(["import-syncthing", .. args, "--home", To.Path], context, CliRun.NoService);
        return (code, output.ToString(), error.ToString());
    }

    public static TheoryData<string, string> Hostile => new()
    {
        { "<!DOCTYPE c [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><configuration>&x;</configuration>", "neither a DTD nor entities" },
        { "<!DOCTYPE c [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><configuration>&b;</configuration>", "neither a DTD nor entities" },
        { "<!DOCTYPE c SYSTEM \"http://127.0.0.1:1/x.dtd\"><configuration/>", "neither a DTD nor entities" },
        { "<configuration><folder></configuration>", "config.xml:1:" },
        { "<html/>", "starts with <html>" },
        { "", "config.xml" },
        { $"<configuration>{string.Concat(Enumerable.Repeat("<a>", 10_000))}{string.Concat(Enumerable.Repeat("</a>", 10_000))}</configuration>", "nested deeper" },
        { $"<!-- {SyncthingClientConfig.Marker} --><configuration/>", "belongs to FolderSync" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task What_is_no_Syncthings_configuration_is_refused(string xml, string told)
    {
        WriteXml(xml);
        var (code, _, error) = await RunAsync("", From, "--yes");
        Assert.Equal(2, code);
        Assert.Contains(told, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(To.Path));
    }

    [Fact]
    public async Task It_is_shown_first_and_done_only_on_a_yes()
    {
        WriteXml("<configuration version=\"36\"><device id=\"$SELF\" name=\"lap\u001b[31mtop\"/><gui><apikey>k</apikey><address>127.0.0.1:1</address></gui></configuration>".Replace("\u001b", "&#x9b;", StringComparison.Ordinal));
        var dry = await RunAsync("", From, "--dry-run");
        Assert.Equal(0, dry.Code);
        Assert.Contains(_identity.DeviceId.ToString(), dry.Out, StringComparison.Ordinal);
        Assert.Contains("lap\\u009b[31mtop", dry.Out, StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("", From)).Code);
        Assert.Equal(1, (await RunAsync("n\n", From)).Code);
        Assert.False(Directory.Exists(To.Path));

        var done = await RunAsync("y\n", From);
        Assert.True(done.Code == 0, done.Error);
        Assert.Equal(_identity.DeviceId, DeviceIdentity.LoadOrNull(To.Path)!.Identity.DeviceId);
        using (var store = ConfigStore.Open(To))
            Assert.Equal("k", store.Current.Page.ApiKey);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in new[] { "key.pem", "config.yaml" })
                Assert.Equal(OwnerOnlyFile.Mode, File.GetUnixFileMode(Path.Combine(To.Path, file)));
        }

        // A second time: what is there is never overwritten, but kept aside where that is asked for.
        var again = await RunAsync("", From, "--yes");
        Assert.Equal(2, again.Code);
        Assert.Contains("--force", again.Error, StringComparison.Ordinal);
        var other = DeviceIdentity.Create();
        foreach (var file in new[] { "cert.pem", "key.pem" })
            File.Delete(Path.Combine(From, file));
        await other.SaveAsync(From);
        var forced = await RunAsync("", From, "--yes", "--force");
        Assert.True(forced.Code == 0, forced.Error);
        Assert.Equal(other.DeviceId, DeviceIdentity.LoadOrNull(To.Path)!.Identity.DeviceId);
        var aside = Assert.Single(Directory.GetDirectories(To.Path, "before-import-*"));
        Assert.Equal(_identity.DeviceId, DeviceIdentity.LoadOrNull(aside)!.Identity.DeviceId);
        Assert.True(File.Exists(Path.Combine(aside, "config.yaml")));
    }

    [Fact]
    public async Task The_home_is_found_where_Syncthing_keeps_it()
    {
        Assert.Contains("No Syncthing was found", (await RunAsync("")).Error, StringComparison.Ordinal);
        WriteXml("<configuration version=\"37\"/>");
        var usual = Path.Combine(_directory, ".local", "state", "syncthing");
        Directory.CreateDirectory(Path.GetDirectoryName(usual)!);
        Directory.Move(From, usual);
        var (code, shown, _) = await RunAsync("", "--dry-run");
        Assert.Equal(0, code);
        Assert.Contains($"From the Syncthing in '{usual}'", shown, StringComparison.Ordinal);
        // FolderSync's own file is no Syncthing, and two are one too many.
        var old = Path.Combine(_directory, ".config", "syncthing");
        Directory.CreateDirectory(old);
        File.WriteAllText(Path.Combine(old, "cert.pem"), "");
        File.WriteAllText(Path.Combine(old, "config.xml"), SyncthingClientConfig.Text(_identity.DeviceId, "x", new PageConfig()));
        Assert.Equal(0, (await RunAsync("", "--dry-run")).Code);
        File.WriteAllText(Path.Combine(old, "config.xml"), "<configuration/>");
        Assert.Contains("more than one", (await RunAsync("", "--dry-run")).Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_Ed25519_identity_stays_what_it_is()
    {
        Skip.IfNot(await OpensslAsync("version"), "openssl is not there.");
        Assert.True(await OpensslAsync("req", "-x509", "-newkey", "ed25519", "-noenc", "-days", "3650", "-subj", "/CN=syncthing", "-keyout", Path.Combine(From, "key.pem"), "-out", Path.Combine(From, "cert.pem")));
        var id = DeviceIdentity.LoadOrNull(From)!.Identity.DeviceId;
        File.WriteAllText(Path.Combine(From, "config.xml"), $"<configuration version=\"51\"><device id=\"{id}\" name=\"two\"/></configuration>");
        var (code, shown, error) = await RunAsync("", From, "--yes");
        Assert.True(code == 0, error);
        Assert.Contains("(Ed25519)", shown, StringComparison.Ordinal);
        var taken = DeviceIdentity.LoadOrNull(To.Path)!.Identity;
        Assert.Equal((id, "Ed25519", false), (taken.DeviceId, taken.KeyKind, taken.WorksWithSslStream));
    }

    private static async Task<bool> OpensslAsync(params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
