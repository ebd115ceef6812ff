using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Autostart;

internal static class AutostartCommand
{
    public static Command Create(CommandSet cli)
    {
        var now = new Option<bool>("--now") { Description = "Start it now, too." };
        return new Command("autostart", "Controls whether FolderSync starts at login.")
        {
            cli.SetHandler(new Command("on", "Starts it at login from now on.") { now }, async (context, home, parsed, cancellation) =>
            {
                var autostart = Of(context, home);
                await autostart.TurnOnAsync(parsed.GetValue(now), cancellation);
                await WriteStateAsync(context, autostart.Read());
            }),
            cli.SetHandler(new Command("off", "Stops starting it at login. A running service keeps running."), async (context, home, _, cancellation) =>
            {
                var autostart = Of(context, home);
                await autostart.TurnOffAsync(cancellation);
                await WriteStateAsync(context, autostart.Read());
            }),
            cli.SetHandler(new Command("status", "Shows whether it starts at login, and how."), (context, home, _, _) => WriteStateAsync(context, Of(context, home).Read())),
        };
    }

    private static IAutostart Of(CliContext context, HomeDirectory home)
    {
        var programs = ProgramFiles.Of(context, home);
        return OperatingSystem.IsWindows() ? new WindowsAutostart(programs)
            : OperatingSystem.IsLinux() ? LinuxAutostart.Of(context, programs)
            : throw CliException.Failed("FolderSync can't set up its start at login on this system. Start `foldersync serve` with the system's own means.");
    }

    private static async Task WriteStateAsync(CliContext context, AutostartState state)
    {
        await context.Out.WriteLineAsync(state.On ? "Autostart is on." : "Autostart is off.");
        foreach (var line in state.Lines)
            await context.Out.WriteLineAsync(PrintableText.Escape(line));
        foreach (var note in state.Notes)
            await context.Error.WriteLineAsync(note);
    }
}
