using System.CommandLine;
using System.Text.Json;
using FolderSync.CommandLine.Shell;

namespace FolderSync.CommandLine.Status;

internal static class StatusCommand
{
    public static Command Create(CommandSet cli)
    {
        var json = new Option<bool>("--json") { Description = "Print a JSON object." };
        var watch = new Option<bool>("--watch", "-w") { Description = "Keep showing it until Ctrl-C." };
        return cli.SetHandler(new Command("status", "Shows this device, its folders and the other devices.") { json, watch }, async (context, home, parsed, cancellation) =>
        {
            if (parsed.GetValue(watch))
            {
                await new StatusWatch(context, home).RunAsync(parsed.GetValue(json), cancellation);
                return;
            }
            using var client = await context.RequireAsync(home, cancellation);
            var report = await StatusReport.ReadAsync(client, home, cancellation);
            if (parsed.GetValue(json))
                await context.Out.WriteLineAsync(JsonSerializer.Serialize(report, StatusJson.Default.StatusReport));
            else
                StatusTable.Write(context, report);
        });
    }
}
