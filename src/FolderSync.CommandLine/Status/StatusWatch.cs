using System.Globalization;
using System.Text.Json;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Core.Text;
using Spectre.Console;

namespace FolderSync.CommandLine.Status;

/// <summary>`status --watch`: a live table on a terminal, a line per change in a pipe. Waits for a service that restarts.</summary>
internal sealed class StatusWatch(CliContext context, HomeDirectory home)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _lastLines = [];
    private ServiceClient? _client;

    public async Task RunAsync(bool json, CancellationToken cancellation)
    {
        // No service can start on a home directory without identity.
        _ = context.Self(home);
        try
        {
            if (json)
                await StreamAsync((_, now) => [JsonSerializer.Serialize(now, StatusLineJson.Default.StatusReport)], cancellation);
            else if (Terminal.Of(context) is { Profile.Capabilities.Ansi: true } console && context.IsTerminal)
                await DrawAsync(console, cancellation);
            else
                await StreamAsync(Changes, cancellation);
        }
        finally
        {
            _client?.Dispose();
        }
    }

    private async Task DrawAsync(IAnsiConsole console, CancellationToken cancellation)
    {
        var unicode = console.Profile.Encoding.WebName.StartsWith("utf", StringComparison.Ordinal);
        await console.Live(new Text("")).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            while (true)
            {
                // The window may have been resized.
                console.Profile.Width = Terminal.Width(context);
                var report = await ReadAsync(cancellation);
                live.UpdateTarget(report is null
                    ? new Text($"FolderSync is not running on '{home}'. Waiting for it; press Ctrl-C to stop.")
                    : StatusTable.Of(report, console.Profile.Width, unicode, context.Time.GetUtcNow(), bars: true));
                await Task.Delay(Interval, context.Time, cancellation);
            }
        });
    }

    private async Task StreamAsync(Func<StatusReport?, StatusReport, IEnumerable<string>> lines, CancellationToken cancellation)
    {
        var (before, told) = ((StatusReport?)null, false);
        while (true)
        {
            if (await ReadAsync(cancellation) is { } now)
            {
                told = false;
                if (before is null || !Same(before, now))
                {
                    foreach (var line in lines(before, now))
                        await context.Out.WriteLineAsync(line);
                    await context.Out.FlushAsync(cancellation);
                    before = now;
                }
            }
            else if (!told)
            {
                await context.Error.WriteLineAsync($"FolderSync is not running on '{home}'. Waiting for it.");
                (before, told) = (null, true);
            }
            await Task.Delay(Interval, context.Time, cancellation);
        }
    }

    /// <summary>Null while no service answers.</summary>
    private async Task<StatusReport?> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            _client ??= await CliContext.ConnectAsync(home, cancellation);
            return _client is null ? null : await StatusReport.ReadAsync(_client, home, cancellation);
        }
        catch (ServiceException)
        {
            _client?.Dispose();
            _client = null;
            return null;
        }
    }

    private static bool Same(StatusReport a, StatusReport b) =>
        a.Folders.SequenceEqual(b.Folders) && a.Devices.SequenceEqual(b.Devices) && a.Attention.SequenceEqual(b.Attention) && (a.Paused, a.PausedUntil) == (b.Paused, b.PausedUntil);

    private IEnumerable<string> Changes(StatusReport? before, StatusReport now)
    {
        var time = context.Time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        foreach (var folder in now.Folders)
        {
            var missing = folder.NeedItems == 0 ? "" : $"  {HumanReadable.Count(folder.NeedItems, "item")} missing, {HumanReadable.Bytes(folder.NeedBytes)}";
            var rate = folder.ReceiveRate > 0 && folder.NeedItems > 0 ? $", {HumanReadable.Bytes(folder.ReceiveRate)}/s" : "";
            var line = PrintableText.Escape($"{folder.Id}  {StatusTable.State(folder)}  {StatusTable.Percent(folder.Percent)}{missing}{rate}");
            if (_lastLines.GetValueOrDefault(folder.Id) == line)
                continue;
            _lastLines[folder.Id] = line;
            yield return $"{time}  {line}";
        }
        foreach (var device in now.Devices)
        {
            if (before?.Devices.FirstOrDefault(d => d.Id == device.Id) is { } old && (old.Connected, old.Paused) == (device.Connected, device.Paused))
                continue;
            yield return PrintableText.Escape($"{time}  {(device.Name.Length > 0 ? device.Name : device.Id)}  {(device.Paused ? "paused" : device.Connected ? "connected" : "not connected")}");
        }
        foreach (var sentence in now.Attention.Except(before?.Attention ?? []))
            yield return PrintableText.Escape($"{time}  ! {sentence}");
    }
}
