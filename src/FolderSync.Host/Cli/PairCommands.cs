using System.CommandLine;
using FolderSync.Host.Config;

namespace FolderSync.Host.Cli;

internal static class PairCommands
{
    public static Command Pair(CommandLine cli)
    {
        var id = new Argument<string>("ID") { Description = "The other device's ID, as `foldersync id` shows it there." };
        var name = new Option<string?>("--name") { Description = "What to call it here.", HelpName = "NAME" };
        var address = new Option<string?>("--address") { Description = "Where it is, such as tcp://192.168.1.5:22000. Default: found by itself.", HelpName = "URL" };
        var command = new Command("pair", "Makes another device known to this one. It connects when the other one has paired this one too.") { id, name, address };
        return cli.Does(command, async (context, home, parsed, cancellation) =>
        {
            var self = context.Identity(home).DeviceId;
            var device = CliContext.ParseDevice(parsed.GetRequiredValue(id));
            if (device == self)
                throw CliException.BadInput("This is this device's own ID. Give the ID that `foldersync id` shows on the other device.");
            if (parsed.GetValue(address) is { } url && ConfigAddress.WhyNotDial(url) is { } why)
                throw CliException.BadInput(why);
            using var configured = await ServiceOrFile.OpenAsync(context, home, cancellation);
            await configured.PutDeviceAsync(device, parsed.GetValue(name), parsed.GetValue(address), cancellation);
            await context.Out.WriteLineAsync($"Paired with {parsed.GetValue(name) ?? "the device"} {device}.");
            await context.Out.WriteLineAsync($"On that device, pair this one: foldersync pair {self}");
            await SayAsync(context, configured);
        });
    }

    public static Command Unpair(CommandLine cli)
    {
        var id = new Argument<string>("DEVICE") { Description = "Its ID or name." };
        var command = new Command("unpair", "Forgets a device: nothing is exchanged with it any more. No file is touched.") { id };
        return cli.Does(command, async (context, home, parsed, cancellation) =>
        {
            using var configured = await ServiceOrFile.OpenAsync(context, home, cancellation);
            var device = Targets.Device(parsed.GetRequiredValue(id), await configured.DevicesAsync(cancellation));
            await configured.RemoveDeviceAsync(CliContext.ParseDevice(device.DeviceId), cancellation);
            await context.Out.WriteLineAsync($"{(device.Name is { Length: > 0 } ? device.Name : device.DeviceId)} is no longer paired with this device.");
            await SayAsync(context, configured);
        });
    }

    public static async Task SayAsync(CliContext context, IConfigured configured)
    {
        if (configured.Note is { } note)
            await context.Error.WriteLineAsync(note);
    }
}
