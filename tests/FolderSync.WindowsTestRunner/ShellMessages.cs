using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace FolderSync.WindowsTestRunner;

/// <summary>Simulates, from another process, what Windows' shell does to a program with a tray icon and Wine's doesn't.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class ShellMessages
{
    private const uint Delete = 2;
    private const nint Everybody = 0xFFFF;

    /// <summary>
    /// `taskbar-lost CLASS ID`: removes the icon with this number of the window with this class, as when the taskbar crashes.
    /// `taskbar-created`: broadcasts that a new taskbar exists.
    /// `icon-message CLASS NUMBER ID EVENT`: sends an icon event as the taskbar does, with the message that the program chose (version 4).
    /// </summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] arguments) => arguments switch
    {
        ["taskbar-lost", var name, var id] => Remove(FindWindow(name, null), Number(id)),
        ["taskbar-created"] => PostMessage(Everybody, RegisterWindowMessage("TaskbarCreated"), 0, 0) ? 0 : 1,
        ["icon-message", var name, var number, var id, var what] when FindWindow(name, null) is not 0 and var window =>
            PostMessage(window, Number(number), 0, (nint)((Number(id) << 16) | Number(what))) ? 0 : 1,
        _ => 1,
    };

    private static uint Number(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static int Remove(nint window, uint id)
    {
        var data = new NotifyIconData { Size = (uint)sizeof(NotifyIconData), Window = window, Id = id };
        return NotifyIcon(Delete, &data) ? 0 : 1;
    }

    [LibraryImport("user32", EntryPoint = "FindWindowW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint FindWindow(string className, string? title);

    [LibraryImport("user32", EntryPoint = "RegisterWindowMessageW", StringMarshalling = StringMarshalling.Utf16)]
    private static partial uint RegisterWindowMessage(string name);

    [LibraryImport("user32", EntryPoint = "PostMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool PostMessage(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport("shell32", EntryPoint = "Shell_NotifyIconW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool NotifyIcon(uint message, NotifyIconData* data);

    /// <summary>NOTIFYICONDATAW; only the beginning is used.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct NotifyIconData
    {
        public uint Size;
        public nint Window;
        public uint Id;
        public fixed byte Rest[952];
    }
}
