using FolderSync.Client;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Logging;
using FolderSync.Tray.Model;
using FolderSync.Tray.Service;

namespace FolderSync.Tray;

/// <summary>Connects service, icon and user: shows the service's state and carries out the user's actions.</summary>
internal sealed class TrayProgram(ServiceMonitor watch, ServiceProcess process, ITrayIcon icon, IDesktop desktop, IconSet icons, TrayLog log, TimeProvider time)
{
    /// <summary>Slow enough for a panel that fetches every picture over D-Bus.</summary>
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ActionTime = TimeSpan.FromSeconds(20);

    private readonly Notices _notices = new();
    private readonly CancellationTokenSource _quit = new();
    private ServiceState _state = new ServiceState.Starting();
    private TrayView? _view;
    private int _frame;

    /// <summary>Runs until the user or the system ends it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _quit.Token);
        Show();
        var watching = watch.RunAsync(ending.Token);
        var acting = ActAsync(ending.Token);
        using var frames = new PeriodicTimer(FrameTime, time);
        var states = watch.States.WaitToReadAsync(ending.Token).AsTask();
        var frame = frames.WaitForNextTickAsync(ending.Token).AsTask();
        try
        {
            while (true)
            {
                await await Task.WhenAny(states, frame, watching, acting);
                if (states.IsCompleted)
                {
                    while (watch.States.TryRead(out var state))
                        Take(state);
                    states = watch.States.WaitToReadAsync(ending.Token).AsTask();
                }
                if (frame.IsCompleted)
                {
                    Animate();
                    frame = frames.WaitForNextTickAsync(ending.Token).AsTask();
                }
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(Ended(watching), Ended(acting), Ended(states), Ended(frame));
        }
    }

    private void Take(ServiceState state)
    {
        _state = state;
        Show();
        log.Write(state switch
        {
            ServiceState.NotRunning gone => gone.Why,
            ServiceState.Starting => "The service is starting.",
            _ => "The service runs.",
        });
        if (state is not ServiceState.Running { Overview: var overview })
            return;
        foreach (var notice in _notices.TakeNew(overview))
            icon.Notify(notice);
    }

    private void Show()
    {
        var view = TrayView.Of(_state, process.IsOurs, TimeZoneInfo.Local);
        if (view.Icon != _view?.Icon)
            _frame = 0;
        _view = view;
        icon.Show(view, _frame);
    }

    private void Animate()
    {
        if (_view is not { } view || icons.Frames(view.Icon) == 1)
            return;
        _frame = (_frame + 1) % icons.Frames(view.Icon);
        icon.Show(view, _frame);
    }

    private async Task ActAsync(CancellationToken cancellation)
    {
        await foreach (var e in icon.Events.ReadAllAsync(cancellation))
        {
            var action = e switch
            {
                TrayEvent.Chosen chosen => chosen.Action,
                TrayEvent.Activated => new TrayAction.OpenPage(),
                _ => new TrayAction.Quit(),
            };
            if (await DoAsync(action, cancellation) is { } why)
            {
                log.Write(why);
                icon.Notify(new Notice("action", NoticeKind.Error, "That did not work", TrayText.Name(why, 250), new TrayAction.OpenPage()));
            }
        }
    }

    /// <returns>Null, or a sentence that says why it failed.</returns>
    private async Task<string?> DoAsync(TrayAction action, CancellationToken cancellation)
    {
        switch (action)
        {
            case TrayAction.Quit:
                await _quit.CancelAsync();
                return null;
            case TrayAction.StartService:
                watch.StartService();
                return null;
            case TrayAction.OpenDirectory open:
                return desktop.OpenDirectory(open.Path);
        }
        if (watch.Client is not { } client)
            return "The service is not running. Start it from the menu.";
        try
        {
            using var limit = new CancellationTokenSource(ActionTime, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
            if (action is TrayAction.OpenPage page)
                return desktop.OpenPage(new Uri((await client.PageLinkAsync(page.View, isPrinted: false, both.Token)).Url));
            await NotifyAsync(client, action, both.Token);
            watch.RefreshSoon();
            return null;
        }
        catch (Exception e) when (e is ServiceException or ObjectDisposedException)
        {
            return e is ServiceException ? e.Message : "The service stopped meanwhile.";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The response to a scan comes at its end, possibly hours later; the scan continues.
            return action is TrayAction.Rescan ? null : $"The service at {client.Address.Url} does not respond. Check its log, or restart it.";
        }
    }

    private static Task NotifyAsync(ServiceClient client, TrayAction action, CancellationToken cancellation) => action switch
    {
        TrayAction.Pause pause => client.PauseAllAsync(pause.Time?.TotalMinutes, cancellation),
        TrayAction.Resume => client.ResumeAllAsync(cancellation),
        TrayAction.Rescan => client.ScanAsync(null, cancellation),
        _ => Task.CompletedTask,
    };

    private static async Task Ended(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
        }
    }
}
