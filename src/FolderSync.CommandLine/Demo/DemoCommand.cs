using System.CommandLine;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Demo;

internal static class DemoCommand
{
    public static Command Create(CommandSet cli)
    {
        var exit = new Option<bool>("--exit") { Description = "End after the story instead of waiting for Ctrl-C." };
        var files = new Option<int>("--files") { Description = "The number of files in the sample.", DefaultValueFactory = _ => 200, HelpName = "N" };
        return cli.SetHandler(
            new Command("demo", "Demonstrates syncing between two devices on this computer, in temporary folders. Leaves nothing behind.") { exit, files },
            (context, _, parsed, cancellation) => DemoStory.RunAsync(context, parsed.GetValue(files), parsed.GetValue(exit), cancellation));
    }
}
