using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Import;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class ImportCommand
{
    public static Command Create(CommandSet cli)
    {
        var directory = new Argument<string?>("DIR") { Description = "Syncthing's home directory, with config.xml and key.pem. Default: Syncthing's default on this system.", Arity = ArgumentArity.ZeroOrOne };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only show what would happen." };
        var yes = new Option<bool>("--yes", "-y") { Description = "Don't ask." };
        var force = new Option<bool>("--force") { Description = "Import even if this home already has an identity, which is then backed up." };
        var command = new Command("import-syncthing", "Imports a Syncthing's identity, devices, folders and options. Other devices won't notice; no file is touched.") { directory, dryRun, yes, force };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var from = Find(context, parsed.GetValue(directory));
            var plan = ImportReader.Read(from, home);
            foreach (var line in plan.Lines(home))
                await context.Out.WriteLineAsync(PrintableText.Escape(line));
            _ = Importer.ConfigText(plan, home);
            var why = await ValidateAsync(plan, home, parsed.GetValue(force), cancellation);
            if (parsed.GetValue(dryRun))
            {
                if (why is not null)
                    await context.Error.WriteLineAsync($"foldersync: It can't be done now. {PrintableText.Escape(why)}");
                return;
            }
            if (why is not null)
                throw CliException.BadInput(why);
            if (!parsed.GetValue(yes) && !await context.AskAsync("Take this over?", cancellation))
                throw CliException.Failed("Nothing was done. Use `--yes` to skip the confirmation.");
            if (await Importer.RunAsync(plan, home, cancellation) is { } aside)
                await context.Error.WriteLineAsync($"The previous contents of this home are in '{aside}'.");
            await context.Error.WriteLineAsync($"Done. Start it with `foldersync serve --home {home}`, and disable Syncthing's autostart: two programs with one identity disconnect each other.");
            await context.Out.WriteLineAsync(plan.Device.ToString());
        });
    }

    private static SyncthingHome Find(CliContext context, string? named)
    {
        if (named is not null)
        {
            var path = Path.GetFullPath(named, context.WorkingDirectory);
            return Directory.Exists(path) ? new SyncthingHome(Path.TrimEndingDirectorySeparator(path)) : throw CliException.BadInput($"There is no directory '{path}'.");
        }
        var found = SyncthingHome.Find(context.Environment);
        return found.Count switch
        {
            1 => found[0],
            0 => throw CliException.BadInput("No Syncthing was found in the usual places. Give the directory of its config.xml (`syncthing paths` shows it)."),
            _ => throw CliException.BadInput($"There is more than one Syncthing: {string.Join(", ", found.Select(f => $"'{f}'"))}. Give the one to import."),
        };
    }

    private static async Task<string?> ValidateAsync(ImportPlan plan, HomeDirectory home, bool force, CancellationToken cancellation)
    {
        if (home.Path == plan.From.Path)
            return $"'{home}' is that Syncthing's own home. Give FolderSync another one with --home.";
        if (await RunningSyncthing.FindAsync(plan.From, plan.Device, plan.Configuration.Page, cancellation) is { } shown)
            return $"That Syncthing is running: {shown}. Stop it first, and don't start it again: both would use the same identity.";
        return !force && Importer.Earlier(home) is { Count: > 0 } there
            ? $"'{home}' is in use already ({string.Join(", ", there)}). Give another home with --home, or add --force to back up the present contents."
            : null;
    }
}
