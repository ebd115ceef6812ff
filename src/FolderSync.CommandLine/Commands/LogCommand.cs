using System.CommandLine;
using System.Globalization;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class LogCommand
{
    private const int MaxLines = 5000;
    private static readonly string[] Levels = ["trace", "debug", "info", "warning", "error", "critical"];
    private static readonly string[] Areas = ["folders", "peers", "index", "network", "disk", "rest", "web", "service"];
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private sealed record Filter(int Level, string? Area)
    {
        public bool Takes(LogLine line) => Array.IndexOf(Levels, line.Level) >= Level && (Area is null || line.Area.Equals(Area, StringComparison.OrdinalIgnoreCase));
    }

    public static Command Create(CommandSet cli)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Follow the log until Ctrl-C, across restarts of the service." };
        var level = new Option<string>("--level") { Description = "Minimum level: trace, debug, info, warning, error or critical.", HelpName = "LEVEL", DefaultValueFactory = _ => Levels[0] };
        level.AcceptOnlyFromAmong(Levels);
        var area = new Option<string?>("--area") { Description = $"Only of that area: {string.Join(", ", Areas)}.", HelpName = "AREA" };
        area.AcceptOnlyFromAmong(Areas);
        var lines = new Option<int>("--lines", "-n") { Description = "The number of lines. Default: 50.", HelpName = "N", DefaultValueFactory = _ => 50 };
        return cli.SetHandler(new Command("log", "Shows the service's latest log lines.") { follow, level, area, lines }, async (context, home, parsed, cancellation) =>
        {
            if (parsed.GetValue(lines) is not (>= 0 and <= MaxLines) and var wrong)
                throw CliException.BadInput($"{wrong} lines are not available: the service keeps the latest {MaxLines}.");
            var filter = new Filter(Array.IndexOf(Levels, parsed.GetValue(level)), parsed.GetValue(area));
            using var client = await context.RequireAsync(home, cancellation);
            var all = await client.LogAsync(0, MaxLines, cancellation);
            foreach (var line in all.Where(filter.Takes).TakeLast(parsed.GetValue(lines)))
                await WriteAsync(context, line);
            if (parsed.GetValue(follow))
                await FollowAsync(context, home, filter, all.Count > 0 ? all[^1].Seq : 0, cancellation);
        });
    }

    private static async Task FollowAsync(CliContext context, HomeDirectory home, Filter filter, long last, CancellationToken cancellation)
    {
        var client = await CliContext.ConnectAsync(home, cancellation);
        try
        {
            while (true)
            {
                if (client is null)
                {
                    // A restarted service numbers its lines from the start.
                    (client, last) = (await CliContext.ConnectAsync(home, cancellation), 0);
                }
                else
                {
                    try
                    {
                        foreach (var line in await client.LogAsync(last, MaxLines, cancellation))
                        {
                            last = line.Seq;
                            if (filter.Takes(line))
                                await WriteAsync(context, line);
                        }
                    }
                    catch (ServiceException)
                    {
                        await context.Error.WriteLineAsync("The service has ended. Waiting for it to return; press Ctrl-C to stop.");
                        client.Dispose();
                        client = null;
                    }
                }
                await context.Out.FlushAsync(cancellation);
                await Task.Delay(Interval, context.Time, cancellation);
            }
        }
        finally
        {
            client?.Dispose();
        }
    }

    private static Task WriteAsync(CliContext context, LogLine line)
    {
        var word = line.Level switch { "trace" => "TRC", "debug" => "DBG", "info" => "INF", "warning" => "WRN", "error" => "ERR", _ => "CRT" };
        var text = string.Create(CultureInfo.InvariantCulture, $"{line.Time.ToLocalTime():yyyy-MM-dd HH:mm:ss.fff} {word} {PrintableText.Escape(line.Area)}: {PrintableText.Escape(line.Text)}");
        var colour = !Terminal.HasColours(context) ? "" : word switch { "ERR" or "CRT" => "\u001b[31m", "WRN" => "\u001b[33m", "DBG" or "TRC" => "\u001b[90m", _ => "" };
        return context.Out.WriteLineAsync(colour.Length > 0 ? $"{colour}{text}\u001b[0m" : text);
    }
}
