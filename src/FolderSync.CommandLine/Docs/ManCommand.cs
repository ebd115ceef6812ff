using System.CommandLine;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Docs;

/// <summary>For packagers: writes the manual pages from the command tree.</summary>
internal static class ManCommand
{
    public static Command Create(CommandSet cli)
    {
        var directory = new Argument<string>("DIR") { Description = "The directory to write to, created if missing." };
        var command = new Command("man", "Writes the manual pages (section 1), one per command, into a directory.") { directory };
        command.Hidden = true;
        return cli.SetHandler(command, async (context, _, parsed, cancellation) =>
        {
            var target = Directory.CreateDirectory(Path.GetFullPath(parsed.GetRequiredValue(directory), context.WorkingDirectory));
            foreach (var (file, text) in ManPages.Of(cli))
                await File.WriteAllTextAsync(Path.Combine(target.FullName, file), text, cancellation);
        });
    }
}
