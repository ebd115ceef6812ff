using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class NearbyCommand
{
    public static Command Create(CommandSet cli)
    {
        var json = new Option<bool>("--json") { Description = "Print the list as JSON." };
        return cli.SetHandler(new Command("nearby", "Lists devices found on the local network.") { json }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            var all = await client.NearbyAsync(cancellation);
            if (parsed.GetValue(json))
            {
                await Paging.PrintAsync(context, all, ExtensionJson.Default.IReadOnlyListNearbyItem);
                return;
            }
            if (all.Count == 0)
                await context.Out.WriteLineAsync("No other device was found on the local network. A running device may take half a minute to appear.");
            foreach (var device in all.OrderBy(d => d.Paired).ThenBy(d => d.Name, StringComparer.OrdinalIgnoreCase).ThenBy(d => d.DeviceId, StringComparer.Ordinal))
            {
                var name = PrintableText.Escape(device.Name.Length > 0 ? device.Name : "(no name)");
                await context.Out.WriteLineAsync($"{name}  {(device.Kind == "syncthing" ? "Syncthing" : "FolderSync")}{(device.Paired ? ", paired" : "")}, seen {HumanReadable.Moment(device.Seen, context.Time.GetUtcNow())}");
                await context.Out.WriteLineAsync($"    {PrintableText.Escape(device.DeviceId)}");
                await context.Out.WriteLineAsync($"    {PrintableText.Escape(string.Join(", ", device.Addresses))}");
            }
            if (all.Any(d => !d.Paired))
                await context.Out.WriteLineAsync("`foldersync pair NAME` pairs one of them. Compare its ID with the output of `foldersync id` there: anyone can use any name.");
        });
    }
}
