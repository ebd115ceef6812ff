using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;

namespace FolderSync.CommandLine.Autostart;

/// <summary>The programs that a login starts.</summary>
/// <param name="Service">This program and its arguments.</param>
/// <param name="Tray">The tray icon's program; null where it is not installed.</param>
internal sealed record ProgramFiles(IReadOnlyList<string> Service, IReadOnlyList<string>? Tray)
{
    public static ProgramFiles Of(CliContext context, HomeDirectory home)
    {
        var own = Environment.ProcessPath ?? "foldersync";
        // Run as `dotnet foldersync.dll`, which is how a checkout does it.
        IEnumerable<string> program = Path.GetFileNameWithoutExtension(own).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [own, Path.Combine(AppContext.BaseDirectory, "foldersync.dll")]
            : [Stable(own)];
        string[] named = home.Path == context.Home(null).Path && context.Environment(HomeDirectory.Variable) is not { Length: > 0 } ? [] : ["--home", home.Path];
        var tray = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "foldersync-tray.exe" : "foldersync-tray");
        return new ProgramFiles([.. program, "serve", "--no-browser", .. named], File.Exists(tray) ? [Stable(tray), .. named] : null);
    }

    /// <summary>A package's link in /usr/bin outlives its next version's directories.</summary>
    private static string Stable(string program)
    {
        var link = Path.Combine("/usr/bin", Path.GetFileName(program));
        return !OperatingSystem.IsWindows() && File.Exists(link) && new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName == program ? link : program;
    }
}
