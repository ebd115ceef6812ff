using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using Spectre.Console;

namespace FolderSync.CommandLine.Commands;

/// <summary>Sets or removes the page's password: a splice into config.yaml, which a running service reloads at once.</summary>
internal static class PasswordCommand
{
    public static Command Create(CommandSet cli)
    {
        var user = new Option<string?>("--user") { Description = "The user name to require, too. Default: unchanged, initially none.", HelpName = "NAME" };
        var off = new Option<bool>("--off") { Description = "Remove the password: the page then works on this computer only." };
        var command = new Command("password", "Sets the page's password. Prompts for it, or reads a line from standard input if that isn't a terminal.") { user, off };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var self = context.Self(home);
            var hash = parsed.GetValue(off) ? "" : Password.Hash(await ReadAsync(context, cancellation));
            using var file = ConfigFile.Open(home, self);
            var asked = await file.SetPasswordAsync(hash, parsed.GetValue(user), cancellation);
            await context.Out.WriteLineAsync(hash.Length == 0 ? "The page's password was removed."
                : asked.Length == 0 ? "The page now requires this password."
                : $"The page now requires the name '{asked}' and this password.");
        });
    }

    private static async Task<string> ReadAsync(CliContext context, CancellationToken cancellation)
    {
        string password;
        if (Console.IsInputRedirected)
        {
            password = await Console.In.ReadLineAsync(cancellation) ?? "";
        }
        else
        {
            // The user sees the questions; the answer isn't echoed.
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
            password = await Ask(console, "New password: ", cancellation);
            if (password != await Ask(console, "Once more: ", cancellation))
                throw CliException.BadInput("The passwords don't match; nothing was changed.");
        }
        return Password.Validate(password) is { } why ? throw CliException.BadInput(why) : password;
    }

    private static Task<string> Ask(IAnsiConsole console, string question, CancellationToken cancellation) =>
        new TextPrompt<string>(question).Secret(null).AllowEmpty().ShowAsync(console, cancellation);
}
