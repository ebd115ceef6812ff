using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Threading.Channels;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Logging;
using FolderSync.Tray.Model;
using FolderSync.Tray.Service;

namespace FolderSync.Tray.Windows;

/// <summary>
/// The icon in the Windows taskbar: a hidden window on a thread of its own, the only one to call Windows. Other threads store what to show and post
/// a message.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class ShellIcon : ITrayIcon
{
    private const string ClassName = "FolderSyncTray";
    private const uint IconId = 1;
    private const uint IconMessage = Native.WmApp + 1;
    private const uint ShowMessage = Native.WmApp + 2;
    private const uint CloseMessage = Native.WmApp + 3;
    private const nuint BalloonTimer = 1;
    private const uint BalloonTime = 15_000;
    private const int MaxWaiting = 10;

    /// <summary>Windows calls a static function; there is one icon per process.</summary>
    private static ShellIcon? _one;

    private readonly TrayLog _log;
    private readonly IconHandles _handles;
    private readonly Channel<TrayEvent> _events = Channel.CreateBounded<TrayEvent>(new BoundedChannelOptions(16) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _isCreated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly Queue<Notice> _notices = new();
    private TrayView _view = new(IconState.Disconnected, "", [], []);
    private int _frame;

    // The window's thread only.
    private nint _window;
    private uint _taskbarCreated;
    private bool _isAdded;
    private Notice? _balloon;

    /// <summary>What a click opens: Windows keeps a balloon in its notification centre when its time on the screen is over.</summary>
    private Notice? _lastShown;

    private ShellIcon(IconSet icons, TrayLog log) => (_handles, _log) = (new IconHandles(icons), log);

    public ChannelReader<TrayEvent> Events => _events.Reader;

    /// <exception cref="TrayException">No window can be created: there is no desktop.</exception>
    public static async Task<ShellIcon> CreateAsync(IconSet icons, TrayLog log)
    {
        var icon = _one = new ShellIcon(icons, log);
        var thread = new Thread(icon.Run) { IsBackground = true, Name = "Tray icon" };
        thread.SetApartmentState(ApartmentState.STA);
        thread.Start();
        await icon._isCreated.Task;
        return icon;
    }

    public void Show(TrayView view, int frame)
    {
        lock (_lock)
            (_view, _frame) = (view, frame);
        Native.PostMessage(_window, ShowMessage, 0, 0);
    }

    public void Notify(Notice notice)
    {
        lock (_lock)
        {
            if (_notices.Count < MaxWaiting)
                _notices.Enqueue(notice);
        }
        Native.PostMessage(_window, ShowMessage, 0, 0);
    }

    public async ValueTask DisposeAsync()
    {
        Native.PostMessage(_window, CloseMessage, 0, 0);
        await _ended.Task;
        _handles.Dispose();
    }

    private unsafe void Run()
    {
        try
        {
            MakeWindow();
            _isCreated.SetResult();
        }
        catch (Exception e) when (e is Win32Exception or EntryPointNotFoundException or DllNotFoundException)
        {
            _isCreated.SetException(new TrayException($"There is no desktop for an icon: {e.Message}", e));
            return;
        }
        Native.Message message;
        while (Native.GetMessage(&message, 0, 0, 0) > 0)
        {
            Native.TranslateMessage(&message);
            Native.DispatchMessage(&message);
        }
        _ended.SetResult();
    }

    private unsafe void MakeWindow()
    {
        _taskbarCreated = Native.RegisterWindowMessage("TaskbarCreated");
        fixed (char* name = ClassName)
        {
            var windowClass = new Native.WindowClass
            {
                Size = (uint)sizeof(Native.WindowClass),
                Procedure = &Procedure,
                Instance = Native.GetModuleHandle(null),
                ClassName = name,
            };
            Native.RegisterClass(&windowClass);
        }
        // Hidden, but a top-level window: a message-only window wouldn't be notified of a new taskbar.
        _window = Native.CreateWindow(0, ClassName, "FolderSync", 0, 0, 0, 0, 0, 0, 0, Native.GetModuleHandle(null), 0);
        if (_window == 0)
            throw new Win32Exception();
        Add();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvStdcall)])]
    private static nint Procedure(nint window, uint message, nint wParam, nint lParam) =>
        _one is { } icon && icon.Take(window, message, wParam, lParam) is { } result ? result : Native.DefaultProcedure(window, message, wParam, lParam);

    private nint? Take(nint window, uint message, nint wParam, nint lParam)
    {
        if (_window == 0)
            return null;
        if (message == _taskbarCreated)
        {
            _isAdded = false;
            Add();
            return 0;
        }
        switch (message)
        {
            case IconMessage:
                // Version 4: the low word has the event, wParam the position.
                TakeMouse((uint)lParam & 0xFFFF, (short)(wParam & 0xFFFF), (short)((wParam >> 16) & 0xFFFF));
                return 0;
            case ShowMessage or Native.WmDisplayChange or Native.WmSettingChange:
                if (!_isAdded)
                    Add();
                Modify();
                NextBalloon();
                return 0;
            case Native.WmTimer:
                _balloon = null;
                Native.KillTimer(window, BalloonTimer);
                NextBalloon();
                return 0;
            case Native.WmQueryEndSession:
                return 1;
            case Native.WmEndSession:
                if (wParam != 0)
                    _events.Writer.TryWrite(new TrayEvent.SessionEnds());
                return 0;
            case Native.WmClose:
                // The mouse can't close a hidden window: a setup program or taskkill asks the tray to end.
                _events.Writer.TryWrite(new TrayEvent.SessionEnds());
                return 0;
            case CloseMessage:
                Remove();
                Native.DestroyWindow(window);
                return 0;
            case Native.WmDestroy:
                Native.PostQuitMessage(0);
                return 0;
            default:
                return null;
        }
    }

    private void TakeMouse(uint what, int x, int y)
    {
        switch (what)
        {
            case Native.NinSelect or Native.NinKeySelect:
                _events.Writer.TryWrite(new TrayEvent.Activated());
                break;
            case Native.WmContextMenu:
                OpenMenu(x, y);
                break;
            case Native.NinBalloonUserClick:
                if (_lastShown is { } clicked)
                    _events.Writer.TryWrite(new TrayEvent.Chosen(clicked.OnClick));
                EndBalloon();
                break;
            case Native.NinBalloonTimeout or Native.NinBalloonHide:
                EndBalloon();
                break;
        }
    }

    private void OpenMenu(int x, int y)
    {
        IReadOnlyList<MenuEntry> entries;
        lock (_lock)
            entries = _view.Menu;
        using var menu = new PopupMenu(entries);
        if (menu.Choose(_window, x, y) is { } action)
            _events.Writer.TryWrite(new TrayEvent.Chosen(action));
    }

    private unsafe void Add()
    {
        var data = Data(Native.NifMessage | Native.NifIcon | Native.NifTip | Native.NifShowTip);
        _isAdded = Native.NotifyIcon(Native.NimAdd, &data);
        if (!_isAdded)
        {
            _log.Write("There is no taskbar for an icon; it appears when one comes.");
            return;
        }
        data.Version = Native.NotifyIconVersion4;
        Native.NotifyIcon(Native.NimSetVersion, &data);
        _log.Write("The icon is in the tray.");
    }

    private unsafe void Modify()
    {
        if (!_isAdded)
            return;
        var data = Data(Native.NifIcon | Native.NifTip | Native.NifShowTip);
        // The taskbar may have ended silently: the next picture adds the icon again.
        _isAdded = Native.NotifyIcon(Native.NimModify, &data);
    }

    private unsafe void Remove()
    {
        var data = Data(0);
        Native.NotifyIcon(Native.NimDelete, &data);
    }

    /// <summary>One at a time: a click doesn't tell which one it belongs to.</summary>
    private unsafe void NextBalloon()
    {
        if (_balloon is not null || !_isAdded)
            return;
        lock (_lock)
        {
            if (!_notices.TryDequeue(out _balloon))
                return;
        }
        _lastShown = _balloon;
        var data = Data(Native.NifInfo);
        Copy(_balloon.Title, new Span<char>(data.InfoTitle, 64));
        Copy(_balloon.Text, new Span<char>(data.Info, 256));
        data.InfoFlags = (_balloon.Kind == NoticeKind.Error ? Native.NiifError : Native.NiifInfo) | Native.NiifRespectQuietTime;
        Native.NotifyIcon(Native.NimModify, &data);
        // Not every shell reports when it is over.
        Native.SetTimer(_window, BalloonTimer, BalloonTime, 0);
    }

    private void EndBalloon()
    {
        _balloon = null;
        Native.KillTimer(_window, BalloonTimer);
        NextBalloon();
    }

    private unsafe Native.NotifyIconData Data(uint flags)
    {
        var data = new Native.NotifyIconData
        {
            Size = (uint)sizeof(Native.NotifyIconData),
            Window = _window,
            Id = IconId,
            Flags = flags,
            CallbackMessage = IconMessage,
        };
        lock (_lock)
        {
            var size = Native.GetSystemMetricsForDpi(Native.SmSmallIcon, Native.GetDpiForWindow(_window));
            data.Icon = _handles.Get(_view.Icon, _frame, size > 0 ? size : 16);
            Copy(string.Join('\n', _view.Details.Prepend($"FolderSync: {_view.Title}")), new Span<char>(data.Tip, 128));
        }
        return data;
    }

    /// <summary>Copies as much as fits, followed by NUL; never splits a character.</summary>
    private static void Copy(string text, Span<char> room)
    {
        var length = Math.Min(text.Length, room.Length - 1);
        if (length > 0 && length < text.Length && char.IsHighSurrogate(text[length - 1]))
            length--;
        text.AsSpan(0, length).CopyTo(room);
        room[length] = '\0';
    }
}
