using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;

namespace FolderSync.CommandLine.Autostart;

/// <summary>The programs to start at login.</summary>
/// <param name="Service">This program and its arguments.</param>
/// <param name="Tray">The tray icon's program; null when it isn't installed.</param>
internal sealed record ProgramFiles(IReadOnlyList<string> Service, IReadOnlyList<string>? Tray)
{
    public static ProgramFiles Of(CliContext context, HomeDirectory home)
    {
        var own = Environment.ProcessPath ?? "foldersync";
        // Started as `dotnet foldersync.dll`, as in a checkout.
        IEnumerable<string> program = Path.GetFileNameWithoutExtension(own).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? [own, Path.Combine(AppContext.BaseDirectory, "foldersync.dll")]
            : [Stable(own)];
        string[] named = home.Path == context.Home(null).Path && context.Environment(HomeDirectory.Variable) is not { Length: > 0 } ? [] : ["--home", home.Path];
        var tray = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "foldersync-tray.exe" : "foldersync-tray");
        return new ProgramFiles([.. program, "serve", "--no-browser", .. named], File.Exists(tray) ? [Stable(tray), .. named] : null);
    }

    /// <summary>A package's link in /usr/bin outlives the directories of its next version.</summary>
    private static string Stable(string program)
    {
        var link = Path.Combine("/usr/bin", Path.GetFileName(program));
        return !OperatingSystem.IsWindows() && File.Exists(link) && new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true)?.FullName == program ? link : program;
    }
}
