using FolderSync.IntegrationTests.Harness;
using FolderSync.IntegrationTests.Windows;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>The packages for Windows, from the same build that the tests of <see cref="WindowsBuild"/> run.</summary>
[Collection("Windows")]
public class SetupProgramTests(WindowsBuild build)
{
    private const string Newer = "99.0.0";

    /// <summary>The newer version is only built when the tests run in full; otherwise it has the same programs in a newer package.</summary>
    private static string[] AsNewer => [TestSettings.Full ? "--version" : "--package-version", Newer];

    [SkippableFact]
    public async Task TheSetupProgramInstallsUpgradesAndUninstallsUnderWine()
    {
        build.SkipUnlessThere();
        var scripts = build.Scripts;
        var setup = scripts.Made("FolderSync-*-setup.exe");
        var portable = scripts.Made("FolderSync-*-portable.zip");
        scripts.AssertSums();
        InstallerScripts.AssertSbom(scripts.Made("*-win-x64.cdx.json"));
        await scripts.BuildAsync("build-windows", AsNewer);

        var said = await scripts.RunAsync("check-windows", [setup, scripts.Made($"FolderSync-{Newer}-*-setup.exe"), .. TestSettings.Full ? [portable] : Array.Empty<string>()]);
        Assert.EndsWith("ok", said, StringComparison.Ordinal);
    }
}
