using System.CommandLine;
using System.Text;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Schema;
using FolderSync.Contracts;
using FolderSync.Core.Model;

namespace FolderSync.CommandLine.Commands;

internal static class ShareCommands
{
    public static Command Share(CommandSet cli)
    {
        var path = new Argument<string>("PATH") { Description = "The directory to sync." };
        var with = new Option<string[]>("--with") { Description = "A paired device's ID or name; may be repeated.", Required = true, HelpName = "DEVICE" }.CompleteDevices(cli);
        var id = new Option<string?>("--id") { Description = "The folder's ID, the same on all devices. Default: made from the directory's name.", HelpName = "FOLDERID" };
        var label = new Option<string?>("--label") { Description = "Its name on this device.", HelpName = "TEXT" };
        var type = new Option<string?>("--type") { Description = "send-receive (default), send-only or receive-only.", HelpName = "TYPE" };
        type.AcceptOnlyFromAmong("send-receive", "send-only", "receive-only");
        var command = new Command("share", "Shares a directory with other devices, or an already shared one with more of them.") { path, with, id, label, type };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var directory = ExistingDirectory(context, parsed.GetRequiredValue(path));
            using var configured = await ConfigTarget.OpenAsync(context, home, cancellation);
            var (devices, folders) = (await configured.DevicesAsync(cancellation), await configured.FoldersAsync(cancellation));
            var targets = parsed.GetRequiredValue(with).Select(w => Targets.Device(w, devices)).ToList();
            var present = folders.FirstOrDefault(f => f.Path is not null && Path.TrimEndingDirectorySeparator(f.Path) == directory);
            if (parsed.GetValue(label) is { } called && ConfigSchema.ValidateLabel(called) is { } tooLong)
                throw CliException.BadInput(tooLong);
            if (present is not null && parsed.GetValue(id) is { } wanted && wanted != present.Id)
                throw CliException.BadInput($"'{directory}' is already shared as '{present.Id}'. Omit --id, or unshare it first.");
            if (present is null)
                CheckFree(directory, parsed.GetValue(id), folders);
            var folder = present?.Id ?? parsed.GetValue(id) ?? FreeId(directory, folders);
            IEnumerable<string> all = [.. present?.Devices?.Select(d => d.DeviceId) ?? [], .. targets.Select(t => t.DeviceId)];
            var own = context.Self(home);
            await configured.PutFolderAsync(folder, parsed.GetValue(label), directory, Type(parsed.GetValue(type)),
                [.. all.Select(CliContext.ParseDevice).Where(d => d != own).Distinct()], cancellation);
            var names = string.Join(", ", targets.Select(t => t.Name is { Length: > 0 } ? t.Name : t.DeviceId));
            await context.Out.WriteLineAsync($"'{directory}' is shared with {names} as '{folder}'.");
            await context.Out.WriteLineAsync($"There, accept it on the page, or: foldersync share PATH --with {own} --id {folder}");
            await PairCommands.WriteNoteAsync(context, configured);
        });
    }

    public static Command Unshare(CommandSet cli)
    {
        var id = FolderCommands.Folder(cli);
        var with = new Option<string[]>("--with") { Description = "Unshare it with this device only. Default: stop syncing it.", HelpName = "DEVICE" }.CompleteDevices(cli);
        var command = new Command("unshare", "Stops syncing a folder. The files stay on every device.") { id, with };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            using var configured = await ConfigTarget.OpenAsync(context, home, cancellation);
            var folder = Targets.Folder(parsed.GetRequiredValue(id), await configured.FoldersAsync(cancellation));
            if (parsed.GetValue(with) is not { Length: > 0 } words)
            {
                await configured.RemoveFolderAsync(folder.Id, cancellation);
                await context.Out.WriteLineAsync($"'{folder.Id}' is no longer synced. Its files stay in '{folder.Path}'.");
            }
            else
            {
                var devices = await configured.DevicesAsync(cancellation);
                var gone = words.Select(w => Targets.Device(w, devices).DeviceId).ToHashSet();
                var own = context.Self(home).ToString();
                var rest = (folder.Devices ?? []).Select(d => d.DeviceId).Where(d => d != own && !gone.Contains(d));
                await configured.PutFolderAsync(folder.Id, null, folder.Path ?? "", null, [.. rest.Select(CliContext.ParseDevice)], cancellation);
                await context.Out.WriteLineAsync($"'{folder.Id}' is no longer shared with {string.Join(", ", words)}. Its files stay.");
            }
            await PairCommands.WriteNoteAsync(context, configured);
        });
    }

    private static string ExistingDirectory(CliContext context, string given)
    {
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(given, context.WorkingDirectory));
        if (File.Exists(path))
            throw CliException.BadInput($"'{path}' is a file. Give the directory that holds it.");
        if (!Directory.Exists(path))
            throw CliException.BadInput($"'{path}' does not exist. Create the directory first, or check the spelling.");
        try
        {
            _ = Directory.EnumerateFileSystemEntries(path).Any();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw CliException.BadInput($"'{path}' can't be read: {e.Message} Give this user permission to read it, or choose another directory.");
        }
        return path;
    }

    private static void CheckFree(string directory, string? id, IReadOnlyList<ConfiguredFolder> folders)
    {
        if (id is not null && FolderIdText.Validate(id) is { } why)
            throw CliException.BadInput($"{why} Give another one with --id.");
        if (id is not null && folders.FirstOrDefault(f => f.Id == id) is { } taken)
            throw CliException.BadInput($"The ID '{id}' belongs to '{taken.Path}'. Give another one with --id.");
        foreach (var other in folders.Where(f => f.Path is not null))
        {
            var path = Path.TrimEndingDirectorySeparator(other.Path!);
            if (directory.StartsWith(path + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw CliException.BadInput($"'{directory}' is inside the folder '{other.Id}' ('{path}'), which is shared already. Choose a directory outside of it.");
            if (path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw CliException.BadInput($"'{directory}' holds the folder '{other.Id}' ('{path}'), which is shared already. Unshare that one first, or choose another directory.");
        }
    }

    /// <summary>An unused folder ID made from the directory's name, since people type it.</summary>
    private static string FreeId(string directory, IReadOnlyList<ConfiguredFolder> folders)
    {
        var word = new StringBuilder();
        foreach (var c in Path.GetFileName(directory).Normalize().ToLowerInvariant())
        {
            if (char.IsLetterOrDigit(c))
                word.Append(c);
            else if (word.Length > 0 && word[^1] != '-')
                word.Append('-');
        }
        var id = word.ToString().Trim('-') is { Length: > 0 } made ? made : "folder";
        return Enumerable.Range(1, int.MaxValue).Select(i => i == 1 ? id : $"{id}-{i}").First(i => folders.All(f => f.Id != i));
    }

    private static FolderType? Type(string? word) => word switch
    {
        "send-only" => FolderType.SendOnly,
        "receive-only" => FolderType.ReceiveOnly,
        "send-receive" => FolderType.SendReceive,
        _ => null,
    };
}
