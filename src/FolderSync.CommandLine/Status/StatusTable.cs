using System.Globalization;
using FolderSync.CommandLine.Shell;
using FolderSync.Core.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace FolderSync.CommandLine.Status;

/// <summary>Renders the report for the user, in 80 columns or more. Names are foreign text and are never interpreted as markup.</summary>
internal static class StatusTable
{
    private const int WidthForPaths = 110;
    private const int BarWidth = 16;
    private const int ShortId = 7;

    public static void Write(CliContext context, StatusReport report)
    {
        var console = Terminal.Of(context);
        console.Write(Of(report with { Attention = [] }, console.Profile.Width, console.Profile.Encoding.WebName.StartsWith("utf", StringComparison.Ordinal), context.Time.GetUtcNow(), bars: false));
        // These contain commands to copy: leave a long line to the terminal.
        foreach (var sentence in report.Attention)
        {
            console.Write(new Text("! ", new Style(Color.Yellow)));
            context.Out.WriteLine(PrintableText.Escape(sentence));
        }
    }

    /// <param name="bars">Draws progress bars.</param>
    public static IRenderable Of(StatusReport report, int width, bool unicode, DateTimeOffset now, bool bars)
    {
        var rows = new List<IRenderable>
        {
            Line($"{(report.Name.Length > 0 ? report.Name + "  " : "")}{report.Id[..Math.Min(ShortId, report.Id.Length)]}  FolderSync {report.Version}, up {HumanReadable.Duration(TimeSpan.FromSeconds(report.UptimeSeconds))}"),
            Line($"Page: {report.Url}"),
        };
        if (report.Paused)
            rows.Add(Line(report.PausedUntil is { } until ? $"Everything is paused until {HumanReadable.Moment(until, now)}. `foldersync resume` resumes it." : "Everything is paused. `foldersync resume` resumes it.", Color.Yellow));
        rows.Add(report.Folders.Count == 0 ? Line("\nNo folder is shared yet: foldersync share PATH --with DEVICE") : Folders(report, width, unicode, bars));
        rows.Add(report.Devices.Count == 0 ? Line("\nNo device is paired yet: foldersync pair ID") : Devices(report, now));
        foreach (var sentence in report.Attention)
            rows.Add(Line("! " + sentence, Color.Yellow));
        return new Rows(rows);
    }

    public static string State(FolderLine f) => f.State switch
    {
        "idle" when f.NeedItems > 0 => "waiting",
        "idle" => "up to date",
        "error" => "stopped",
        "scan-waiting" => "waits to scan",
        "sync-waiting" => "waits to sync",
        "sync-preparing" => "preparing",
        "clean-waiting" or "cleaning" => "cleaning",
        var state => state,
    };

    /// <summary>Rounds down: 99.99 isn't complete.</summary>
    public static string Percent(double percent) => percent is 0 or >= 100
        ? percent.ToString("0", CultureInfo.InvariantCulture) + " %"
        : (Math.Floor(percent * 10 + 1e-6) / 10).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static Table Folders(StatusReport report, int width, bool unicode, bool bars)
    {
        var table = Table("Folder", "State");
        if (bars)
            table.AddColumn(new TableColumn("").NoWrap());
        table.AddColumn(new TableColumn("Done").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("Here").RightAligned().NoWrap());
        table.AddColumn(new TableColumn("Missing").RightAligned().NoWrap());
        if (bars)
            table.AddColumn(new TableColumn("Left").RightAligned().NoWrap());
        if (width >= WidthForPaths)
            table.AddColumn(new TableColumn("Path"));
        foreach (var f in report.Folders)
        {
            var cells = new List<IRenderable> { Name(f.Label.Length > 0 ? f.Label : f.Id), Cell(State(f), Colour(f)) };
            if (bars)
                cells.Add(f.State is "paused" ? Cell("") : Bar(f.Percent, unicode, Colour(f)));
            cells.Add(Cell(f.State is "paused" ? "" : Percent(f.Percent)));
            cells.Add(Cell(f.State is "paused" ? "" : HumanReadable.Bytes(f.Bytes)));
            cells.Add(Cell(f.NeedItems == 0 ? "" : bars || f.NeedBytes == 0 ? HumanReadable.Count(f.NeedItems, "item") : $"{HumanReadable.Count(f.NeedItems, "item")}, {HumanReadable.Bytes(f.NeedBytes)}"));
            if (bars)
                cells.Add(Cell(f.NeedItems == 0 ? "" : f.SecondsLeft is { } left ? HumanReadable.Duration(TimeSpan.FromSeconds(left)) : f.ReceiveRate > 0 ? HumanReadable.Bytes(f.ReceiveRate) + "/s" : ""));
            if (width >= WidthForPaths)
                cells.Add(Name(f.Path));
            table.AddRow(cells);
        }
        return table;
    }

    private static Table Devices(StatusReport report, DateTimeOffset now)
    {
        var table = Table("Device", "Connection").AddColumn(new TableColumn("Done").RightAligned().NoWrap()).AddColumn(new TableColumn("Address")).AddColumn(new TableColumn("Program"));
        foreach (var d in report.Devices)
        {
            table.AddRow(
                Name(d.Name.Length > 0 ? d.Name : d.Id[..Math.Min(ShortId, d.Id.Length)]),
                d.Paused ? Cell("paused", Color.Grey) : d.Connected ? Cell(d.Lan ? "connected (LAN)" : "connected", Color.Green) : Cell("not connected", Color.Yellow),
                Cell(d.Connected ? Percent(d.Percent) : ""),
                Name(d.Connected ? d.Address : d.Paused ? "" : d.LastSeen is { } seen && seen > DateTimeOffset.UnixEpoch ? $"seen {HumanReadable.Moment(seen, now)}" : "never seen"),
                Name(d.Connected ? $"{d.Program} {d.Version}".Trim() : ""));
        }
        return table;
    }

    private static Table Table(string name, string state)
    {
        var table = new Table { Border = TableBorder.Simple };
        return table.AddColumn(new TableColumn(name)).AddColumn(new TableColumn(state).NoWrap());
    }

    private static Color Colour(FolderLine f) => f.State switch
    {
        "idle" when f.NeedItems == 0 => Color.Green,
        "error" => Color.Red,
        "paused" => Color.Grey,
        _ => Color.Yellow,
    };

    private static Paragraph Bar(double percent, bool unicode, Color colour)
    {
        var full = (int)(BarWidth * Math.Clamp(percent, 0, 100) / 100);
        var (done, left) = unicode ? ('━', '─') : ('#', '.');
        return new Paragraph(new string(done, full), new Style(colour)).Append(new string(left, BarWidth - full), new Style(Color.Grey));
    }

    /// <summary>Truncated when the line is too narrow.</summary>
    private static Text Name(string text) => new(PrintableText.Escape(text)) { Overflow = Overflow.Ellipsis };

    private static Text Cell(string text, Color? color = null) => new(PrintableText.Escape(text), color is { } c ? new Style(c) : Style.Plain);

    private static Text Line(string text, Color? color = null) =>
        new(string.Join('\n', text.Split('\n').Select(PrintableText.Escape)), color is { } c ? new Style(c) : Style.Plain);
}
