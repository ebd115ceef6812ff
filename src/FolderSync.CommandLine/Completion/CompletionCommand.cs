using System.CommandLine;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Completion;

internal static class CompletionCommand
{
    public static Command Create(CommandSet cli)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong([.. CompletionScripts.Shells]);
        return cli.SetHandler(new Command("completion", "Prints a shell script that completes FolderSync's commands, folders and devices.") { shell },
            (context, _, parsed, _) => context.Out.WriteAsync(CompletionScripts.Of(parsed.GetRequiredValue(shell))));
    }
}
