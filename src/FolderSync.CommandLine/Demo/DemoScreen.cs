using System.Globalization;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;
using Spectre.Console;

namespace FolderSync.CommandLine.Demo;

/// <summary>Shows progress: a live table on a terminal, otherwise a line per change.</summary>
internal sealed class DemoScreen(CliContext context) : IAsyncDisposable
{
    private const int BarWidth = 30;

    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _last = "";
    private LiveDisplayContext? _live;
    private Task _drawing = Task.CompletedTask;

    public void Show(IReadOnlyList<(string Device, FolderStatus Status)> devices)
    {
        var text = string.Join("   ", devices.Select(d => $"{d.Device}: {d.Status.State} {Percent(d.Status):0} %"));
        if (text == _last)
            return;
        _last = text;
        if (context.IsTerminal)
            Draw(devices);
        else
            context.Out.WriteLine("  " + text);
    }

    public async ValueTask DisposeAsync()
    {
        _done.TrySetResult();
        await _drawing;
    }

    private void Draw(IReadOnlyList<(string Device, FolderStatus Status)> devices)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Device", "State", "Progress", "Files", "Content");
        foreach (var (device, s) in devices)
        {
            var full = (int)(BarWidth * Percent(s) / 100);
            table.AddRow(
                new Text(device),
                new Text(s.State, s.State == "idle" ? Color.Green : Color.Yellow),
                new Text(new string('█', full) + new string('░', BarWidth - full) + string.Create(CultureInfo.InvariantCulture, $" {Percent(s),3:0} %")),
                new Text(string.Create(CultureInfo.InvariantCulture, $"{s.LocalFiles:N0}")),
                new Text(HumanReadable.Bytes(s.LocalBytes)));
        }
        if (_live is null)
        {
            _drawing = Terminal.Of(context).Live(table).StartAsync(live =>
            {
                _live = live;
                live.Refresh();
                return _done.Task;
            });
            return;
        }
        _live.UpdateTarget(table);
    }

    private static double Percent(FolderStatus s) => s.GlobalBytes == 0 ? 0 : Math.Clamp(100.0 * (s.GlobalBytes - s.NeedBytes) / s.GlobalBytes, 0, 100);
}
