using System.CommandLine;
using FolderSync.CommandLine.Completion;
using FolderSync.CommandLine.Shell;
using FolderSync.CommandLine.Status;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class DeviceCommand
{
    public static Command Create(CommandSet cli)
    {
        var name = new Argument<string>("DEVICE") { Description = "Its name or ID." }.CompleteDevices(cli);
        var rename = new Option<string?>("--rename") { Description = "Its name on this device.", HelpName = "NAME" };
        var address = new Option<string[]>("--address")
        {
            Description = "Its address, replacing the known ones: tcp://HOST:PORT, or dynamic to find it automatically; may be repeated.",
            HelpName = "URL",
        };
        return cli.SetHandler(new Command("device", "Shows or renames a paired device, or sets its addresses.") { name, rename, address }, async (context, home, parsed, cancellation) =>
        {
            var addresses = parsed.GetValue(address) ?? [];
            foreach (var url in addresses.Where(a => a != "dynamic"))
            {
                if (ConfigAddress.ValidateDialAddress(url) is { } why)
                    throw CliException.BadInput(why);
            }
            using var configured = await ConfigTarget.OpenAsync(context, home, cancellation);
            var device = Targets.Device(parsed.GetRequiredValue(name), await configured.DevicesAsync(cancellation));
            if (parsed.GetValue(rename) is not { } wanted && addresses.Length == 0)
            {
                await ShowAsync(context, home, device.DeviceId, cancellation);
                return;
            }
            if (parsed.GetValue(rename) is { } given && string.IsNullOrWhiteSpace(given))
                throw CliException.BadInput("A device's name can't be empty.");
            await configured.PutDeviceAsync(CliContext.ParseDevice(device.DeviceId), parsed.GetValue(rename), addresses.Length == 0 ? null : addresses, cancellation);
            await context.Out.WriteLineAsync($"'{PrintableText.Escape(parsed.GetValue(rename) ?? device.Name ?? device.DeviceId)}' is changed.");
            await PairCommands.WriteNoteAsync(context, configured);
        });
    }

    private static async Task ShowAsync(CliContext context, HomeDirectory home, string id, CancellationToken cancellation)
    {
        using var client = await context.RequireAsync(home, cancellation);
        var device = (await client.DeviceRowsAsync(cancellation)).First(d => d.Id == id);
        var configured = (await client.DevicesAsync(cancellation)).First(d => d.DeviceId == id);
        var now = context.Time.GetUtcNow();
        foreach (var (term, text) in Facts(device, string.Join(", ", configured.Addresses ?? []), now).Where(f => f.Text.Length > 0))
            await context.Out.WriteLineAsync($"{term,-12}  {PrintableText.Escape(text)}");
    }

    private static IEnumerable<(string Term, string Text)> Facts(DeviceRow d, string addresses, DateTimeOffset now)
    {
        yield return ("Name", d.Name);
        yield return ("ID", d.Id);
        yield return ("Connection", d.Paused ? "paused" : d.Connected ? $"connected{(d.IsLan ? " in the LAN" : "")}, {d.Address}, {d.Kind}, {d.Crypto}" : "not connected");
        yield return ("Since", d.Connected && d.ConnectedSince is { } since ? HumanReadable.Moment(since, now) : "");
        yield return ("Not answering", d.NotAnsweringSince is { } silent ? $"since {HumanReadable.Moment(silent, now)}" : "");
        yield return ("Program", $"{d.ClientName} {d.ClientVersion}".Trim());
        yield return ("Has", d.Connected ? $"{StatusTable.Percent(d.Completion)} of what is shared{(d.NeedBytes > 0 ? $", lacks {HumanReadable.Bytes(d.NeedBytes)}" : "")}" : "");
        yield return ("Received", $"{HumanReadable.Bytes(d.InBytesTotal)}{(d.ReceiveRate > 0 ? $", {HumanReadable.Bytes(d.ReceiveRate)}/s now" : "")}");
        yield return ("Sent", $"{HumanReadable.Bytes(d.OutBytesTotal)}{(d.SendRate > 0 ? $", {HumanReadable.Bytes(d.SendRate)}/s now" : "")}");
        yield return ("Last seen", d.Connected ? "" : d.LastSeen is { } seen && seen > DateTimeOffset.UnixEpoch ? HumanReadable.Moment(seen, now) : "never");
        yield return ("Addresses", addresses);
        foreach (var (address, why) in d.DialErrors)
            yield return ("Not reached", $"{address}: {why}");
        yield return ("Folders", string.Join(", ", d.SharedFolders));
    }
}
