using System.CommandLine;
using System.Runtime.InteropServices;
using FolderSync.CommandLine.Shell;
using FolderSync.Platform;

namespace FolderSync.CommandLine.Commands;

internal static class IdentityCommands
{
    public static string VersionLine => $"foldersync {ProgramVersion.Tag} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})";

    public static Command Id(CommandSet cli) => cli.SetHandler(
        new Command("id", "Prints this device's ID. Works with and without a running service."),
        (context, home, _, _) => context.Out.WriteLineAsync(context.Self(home).ToString()));

    public static Command Version(CommandSet cli) => cli.SetHandler(
        new Command("version", "Prints the program's version."),
        (context, _, _, _) => context.Out.WriteLineAsync(VersionLine));
}
