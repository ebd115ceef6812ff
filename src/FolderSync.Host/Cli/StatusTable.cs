using System.Globalization;
using FolderSync.Host.Service;
using Spectre.Console;

namespace FolderSync.Host.Cli;

/// <summary>The report as a person reads it. Names are others' words: they are never taken for markup.</summary>
internal static class StatusTable
{
    private const int PlainWidth = 160;

    public static void Write(CliContext context, StatusReport report, string name)
    {
        var console = Console(context);
        console.Write(Line($"{(name.Length > 0 ? name + "  " : "")}{report.Id}"));
        console.Write(Line($"FolderSync {report.Version}, up {Amount.Duration(TimeSpan.FromSeconds(report.UptimeSeconds))}, page at {report.Url}"));
        console.WriteLine();
        if (report.Folders.Count == 0)
            console.Write(Line("No folder is shared yet: foldersync share PATH --with DEVICE"));
        else
            console.Write(Folders(report));
        foreach (var folder in report.Folders.Where(f => f.Error.Length > 0 || f.Errors > 0))
            console.Write(Line(folder.Error.Length > 0 ? $"{folder.Id}: {folder.Error}" : $"{folder.Id}: {folder.Errors:N0} items can't be brought in; `foldersync need {folder.Id}` says why"));
        if (report.Devices.Count == 0)
            console.Write(Line("No device is paired yet: foldersync pair ID"));
        else
            console.Write(Devices(report));
    }

    public static IAnsiConsole Console(CliContext context)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(context.Out),
            Ansi = context.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = context.IsTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!context.IsTerminal)
            console.Profile.Width = PlainWidth;
        return console;
    }

    private static Table Folders(StatusReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Folder", "State", "Done", "Here", "Missing", "Path");
        foreach (var f in report.Folders)
        {
            table.AddRow(
                Cell(f.Label.Length > 0 && f.Label != f.Id ? $"{f.Id} ({f.Label})" : f.Id),
                Cell(f.State, f.State switch { "idle" => Color.Green, "error" => Color.Red, "paused" => Color.Grey, _ => Color.Yellow }),
                Cell(f.State is "paused" ? "" : f.Percent.ToString(f.Percent is 100 or 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " %"),
                Cell($"{f.Files:N0} files, {Amount.Bytes(f.Bytes)}"),
                Cell(f.NeedItems == 0 ? "" : $"{f.NeedItems:N0} items, {Amount.Bytes(f.NeedBytes)}"),
                Cell(f.Path));
        }
        return table;
    }

    private static Table Devices(StatusReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Device", "Connection", "Done", "Address", "Program", "ID");
        foreach (var d in report.Devices)
        {
            table.AddRow(
                Cell(d.Name),
                d.Paused ? Cell("paused", Color.Grey) : d.Connected ? Cell("connected", Color.Green) : Cell("not connected", Color.Yellow),
                Cell(d.Connected ? d.Percent.ToString(d.Percent is 100 or 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + " %" : ""),
                Cell(d.Address),
                Cell(d.Version),
                Cell(d.Id[..Math.Min(7, d.Id.Length)]));
        }
        return table;
    }

    private static Text Cell(string text, Color? color = null) => new(PrintableText.Of(text), color is { } c ? new Style(c) : Style.Plain);

    private static Text Line(string text) => new(PrintableText.Of(text) + Environment.NewLine);
}
