using System.Security.Cryptography;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>What is shipped is built, installed, run, upgraded and removed.</summary>
public class InstallerTests(InstallerScripts scripts) : IClassFixture<InstallerScripts>
{
    private const string Newer = "99.0.0";

    /// <summary>The newer version's programs are built only where all is tested in full; else they are the same in a newer package.</summary>
    private static string[] AsNewer => [TestSettings.Full ? "--version" : "--package-version", Newer];

    [SkippableFact]
    public async Task TheSetupProgramInstallsUpgradesAndUninstallsUnderWine()
    {
        await scripts.BuildAsync("build-windows");
        var setup = scripts.Made("FolderSync-*-setup.exe");
        var portable = scripts.Made("FolderSync-*-portable.zip");
        AssertSums();
        AssertBill(scripts.Made("*-win-x64.cdx.json"));
        await scripts.BuildAsync("build-windows", AsNewer);

        var said = await scripts.RunAsync("check-windows", [setup, scripts.Made($"FolderSync-{Newer}-*-setup.exe"), .. TestSettings.Full ? [portable] : Array.Empty<string>()]);
        Assert.EndsWith("ok", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task TheDebianPackageIsInstalledRunUpgradedAndRemoved()
    {
        await scripts.BuildAsync("build-deb", "linux-x64");
        var package = scripts.Made("foldersync_*_amd64.deb");
        AssertBill(scripts.Made("*-linux-x64.cdx.json"));
        if (TestSettings.Full)
            await scripts.BuildAsync("build-tar", "linux-x64");
        AssertSums();

        var said = await scripts.RunAsync("check-deb", [package, .. TestSettings.Full ? [scripts.Made("foldersync-*-linux-x64.tar.gz")] : Array.Empty<string>()]);
        Assert.EndsWith("ok", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task TwoBuildsOfOneCommitAreTheSameToTheByte()
    {
        Skip.IfNot(TestSettings.Full, "Everything is built twice with FOLDERSYNC_TEST_FULL=1.");
        Assert.EndsWith("ok", await scripts.RunAsync("check-reproducible"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("build-windows")]
    [InlineData("build-deb")]
    [InlineData("build-tar")]
    [InlineData("check-windows")]
    [InlineData("check-deb")]
    [InlineData("check-reproducible")]
    [InlineData("measure")]
    public async Task EveryScriptSaysHowItIsUsed(string script)
    {
        var help = await ChildProcess.RunAsync(Path.Combine(InstallerScripts.Directory, script), ["--help"]);
        Assert.True(help.ExitCode == 0, help.All);
        Assert.StartsWith(script, help.Output, StringComparison.Ordinal);
        var wrong = await ChildProcess.RunAsync(Path.Combine(InstallerScripts.Directory, script), ["--no-such-option"]);
        Assert.True(wrong.ExitCode == 2, wrong.All);
        Assert.Contains("--no-such-option", wrong.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "type": "library", "name": "a" }] }""", true)]
    [InlineData("""{ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "type": "book", "name": "a" }] }""", false)]
    [InlineData("""{ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "type": "library", "name": "a", "licenses": [{ "license": { "id": "No-such" } }] }] }""", false)]
    [InlineData("""{ "bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{ "type": "library" }] }""", false)]
    public void TheSchemaOfBillsTellsGoodOnesFromBad(string bill, bool isGood) => Assert.Equal(isGood, BillSchema.Faults(bill).Count == 0);

    private void AssertSums()
    {
        var sums = File.ReadAllLines(Path.Combine(scripts.Output, "SHA256SUMS")).Select(l => l.Split("  ")).ToDictionary(l => l[1], l => l[0]);
        var files = Directory.GetFiles(scripts.Output).Where(f => Path.GetFileName(f) != "SHA256SUMS").ToList();
        Assert.Equal(files.Select(Path.GetFileName).Order(StringComparer.Ordinal), sums.Keys.Order(StringComparer.Ordinal));
        foreach (var file in files)
        {
            using var stream = File.OpenRead(file);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(stream)), sums[Path.GetFileName(file)]);
        }
    }

    /// <summary>What a reader of CycloneDX needs and its schema ask of each component, and that nothing is missing that is known to be shipped.</summary>
    private static void AssertBill(string file)
    {
        var text = File.ReadAllText(file);
        Assert.Empty(BillSchema.Faults(text));
        var bill = JsonNode.Parse(text)!;
        Assert.Equal(("CycloneDX", "1.6"), ((string?)bill["bomFormat"], (string?)bill["specVersion"]));
        var components = bill["components"]!.AsArray();
        Assert.All(components, c => Assert.All(["type", "name", "version", "purl", "licenses"], field => Assert.NotNull(c![field])));
        var names = components.Select(c => (string)c!["name"]!).ToHashSet();
        Assert.Superset(new HashSet<string> { "LiteDB", "YamlDotNet", "System.CommandLine", "BouncyCastle.Cryptography", "Google.Protobuf", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.lib.e_sqlite3" }, names);
        Assert.Contains(names, n => n.StartsWith("Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal));
        Assert.Contains(names, n => n.StartsWith("Microsoft.AspNetCore.App.Runtime.", StringComparison.Ordinal));
        // What only builds or draws is not shipped.
        Assert.DoesNotContain(names, n => n.StartsWith("SkiaSharp", StringComparison.Ordinal) || n.StartsWith("Grpc", StringComparison.Ordinal) || n.StartsWith("xunit", StringComparison.Ordinal));
        var references = components.Select(c => (string)c!["bom-ref"]!).Append((string)bill["metadata"]!["component"]!["bom-ref"]!).ToList();
        Assert.Equal(references.Count, references.Distinct().Count());
        Assert.All(bill["dependencies"]!.AsArray(), d => Assert.Contains((string)d!["ref"]!, references));
    }
}
