using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>Builds, installs, runs, upgrades and removes the packages. For Windows: <see cref="SetupProgramTests"/>.</summary>
public class InstallerTests(InstallerScripts scripts) : IClassFixture<InstallerScripts>
{
    [SkippableFact]
    public async Task TheDebianPackageIsInstalledRunUpgradedAndRemoved()
    {
        await scripts.BuildAsync("build-deb", "linux-x64");
        var package = scripts.Made("foldersync_*_amd64.deb");
        InstallerScripts.AssertSbom(scripts.Made("*-linux-x64.cdx.json"));
        if (TestSettings.Full)
            await scripts.BuildAsync("build-tar", "linux-x64");
        scripts.AssertSums();

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
    public void TheSchemaOfBillsTellsGoodOnesFromBad(string bill, bool isGood) => Assert.Equal(isGood, SbomSchema.Faults(bill).Count == 0);
}
