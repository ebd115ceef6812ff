using System.CommandLine;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class PairCommands
{
    public static Command Pair(CommandSet cli)
    {
        var id = new Argument<string>("ID") { Description = "The other device's ID, as `foldersync id` shows it there, or the name of one nearby." }.CompleteNearbyDevices(cli);
        var name = new Option<string?>("--name") { Description = "Its name on this device.", HelpName = "NAME" };
        var address = new Option<string?>("--address") { Description = "Its address, such as tcp://192.168.1.5:22000. Default: found automatically.", HelpName = "URL" };
        var command = new Command("pair", "Adds a device. They connect once the other device has added this one, too.") { id, name, address };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            var self = context.Self(home);
            var (device, called) = await FindDeviceAsync(context, home, parsed.GetRequiredValue(id), cancellation);
            var newName = parsed.GetValue(name) ?? called;
            if (ConfigSchema.ValidateName(newName ?? "") is { } tooLong)
                throw CliException.BadInput(tooLong);
            if (device == self)
                throw CliException.BadInput("This is this device's own ID. Give the ID that `foldersync id` shows on the other device.");
            if (parsed.GetValue(address) is { } url && ConfigAddress.ValidateDialAddress(url) is { } why)
                throw CliException.BadInput(why);
            using var configured = await ConfigTarget.OpenAsync(context, home, cancellation);
            await configured.PutDeviceAsync(device, newName, parsed.GetValue(address) is { } given ? [given] : null, cancellation);
            await context.Out.WriteLineAsync($"Paired with {PrintableText.Escape(newName ?? "the device")} {device}.");
            await context.Out.WriteLineAsync($"On that device, pair this one: foldersync pair {self}");
            await WriteNoteAsync(context, configured);
        });
    }

    /// <summary>By ID, otherwise by the name of the only device that is seen nearby or asks to be paired with that name.</summary>
    private static async Task<(DeviceId Id, string? Name)> FindDeviceAsync(CliContext context, HomeDirectory home, string word, CancellationToken cancellation)
    {
        // A word as long as an ID is meant as one: explain what is wrong with it.
        if (DeviceIdText.TryParse(word, out var id, out _) || word.Count(char.IsLetterOrDigit) > 40)
            return (id == default ? CliContext.ParseDevice(word) : id, null);
        using var client = await CliContext.ConnectAsync(home, cancellation);
        if (client is null)
            return (CliContext.ParseDevice(word), null);
        var nearby = (await client.NearbyAsync(cancellation)).Where(n => !n.Paired).Select(n => (Id: n.DeviceId, n.Name));
        var asking = (await client.PendingDevicesAsync(cancellation)).Select(p => (Id: p.Key, p.Value.Name));
        var all = nearby.Concat(asking).DistinctBy(d => d.Id).ToList();
        var meant = all.Where(d => string.Equals(d.Name, word, StringComparison.OrdinalIgnoreCase)).ToList();
        if (meant.Count == 1)
            return (CliContext.ParseDevice(meant[0].Id), meant[0].Name);
        if (meant.Count > 1)
            throw CliException.BadInput($"Several devices nearby are named '{word}'. Give the ID: {string.Join(", ", meant.Select(m => m.Id))}.");
        DeviceIdText.TryParse(word, out _, out var why);
        var hint = Suggestion.For(word, all.Select(d => d.Name)) is { Length: > 0 } near ? $" Did you mean '{near}'?" : "";
        throw CliException.BadInput($"'{word}' is neither the name of a device nearby (`foldersync nearby`) nor a device ID: {why}{hint}");
    }

    public static Command Unpair(CommandSet cli)
    {
        var id = new Argument<string>("DEVICE") { Description = "Its ID or name." }.CompleteDevices(cli);
        var command = new Command("unpair", "Removes a device. Files stay on both devices.") { id };
        return cli.SetHandler(command, async (context, home, parsed, cancellation) =>
        {
            using var configured = await ConfigTarget.OpenAsync(context, home, cancellation);
            var device = Targets.Device(parsed.GetRequiredValue(id), await configured.DevicesAsync(cancellation));
            await configured.RemoveDeviceAsync(CliContext.ParseDevice(device.DeviceId), cancellation);
            await context.Out.WriteLineAsync($"{(device.Name is { Length: > 0 } ? device.Name : device.DeviceId)} is no longer paired with this device.");
            await WriteNoteAsync(context, configured);
        });
    }

    public static async Task WriteNoteAsync(CliContext context, IConfigTarget configured)
    {
        if (configured.Note is { } note)
            await context.Error.WriteLineAsync(note);
    }
}
