using System.Threading.Channels;
using FolderSync.Tray.Logging;
using FolderSync.Tray.Model;

namespace FolderSync.Tray;

/// <summary>For computers without a desktop: keeps the service running and logs notifications.</summary>
internal sealed class NullTrayIcon(TrayLog log) : ITrayIcon
{
    private readonly Channel<TrayEvent> _events = Channel.CreateUnbounded<TrayEvent>();

    public ChannelReader<TrayEvent> Events => _events.Reader;

    public void Show(TrayView view, int frame)
    {
    }

    public void Notify(Notice notice) => log.Write($"{notice.Title}. {notice.Text}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
