using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace FolderSync.Tray.Windows;

/// <summary>The calls and structures of user32 and shell32 that a tray icon needs.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Native
{
    public const uint WmDestroy = 0x0002;
    public const uint WmNull = 0x0000;
    public const uint WmClose = 0x0010;
    public const uint WmQueryEndSession = 0x0011;
    public const uint WmEndSession = 0x0016;
    public const uint WmSettingChange = 0x001A;
    public const uint WmContextMenu = 0x007B;
    public const uint WmDisplayChange = 0x007E;
    public const uint WmTimer = 0x0113;
    public const uint WmApp = 0x8000;

    public const uint NinSelect = 0x0400;
    public const uint NinKeySelect = 0x0401;
    public const uint NinBalloonHide = 0x0403;
    public const uint NinBalloonTimeout = 0x0404;
    public const uint NinBalloonUserClick = 0x0405;

    public const uint NimAdd = 0;
    public const uint NimModify = 1;
    public const uint NimDelete = 2;
    public const uint NimSetVersion = 4;
    public const uint NifMessage = 0x01;
    public const uint NifIcon = 0x02;
    public const uint NifTip = 0x04;
    public const uint NifInfo = 0x10;
    public const uint NifShowTip = 0x80;
    public const uint NotifyIconVersion4 = 4;
    public const uint NiifInfo = 1;
    public const uint NiifError = 3;
    public const uint NiifRespectQuietTime = 0x80;

    public const uint MfString = 0;
    public const uint MfGrayed = 0x1;
    public const uint MfChecked = 0x8;
    public const uint MfPopup = 0x10;
    public const uint MfSeparator = 0x800;
    public const uint TpmRightButton = 0x2;
    public const uint TpmReturnCommand = 0x100;
    public const uint TpmNoNotify = 0x80;

    public const int SmSmallIcon = 49;
    public const uint IconVersion = 0x00030000;
    public const uint MbError = 0x10;

    [StructLayout(LayoutKind.Sequential)]
    public struct WindowClass
    {
        public uint Size;
        public uint Style;
        public delegate* unmanaged[Stdcall]<nint, uint, nint, nint, nint> Procedure;
        public int ClassExtra;
        public int WindowExtra;
        public nint Instance;
        public nint Icon;
        public nint Cursor;
        public nint Background;
        public char* MenuName;
        public char* ClassName;
        public nint SmallIcon;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public nint Window;
        public uint Number;
        public nint WParam;
        public nint LParam;
        public uint Time;
        public int X;
        public int Y;
        public uint Private;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct NotifyIconData
    {
        public uint Size;
        public nint Window;
        public uint Id;
        public uint Flags;
        public uint CallbackMessage;
        public nint Icon;
        public fixed char Tip[128];
        public uint State;
        public uint StateMask;
        public fixed char Info[256];
        public uint Version;
        public fixed char InfoTitle[64];
        public uint InfoFlags;
        public Guid Guid;
        public nint BalloonIcon;
    }

    [LibraryImport("kernel32", EntryPoint = "GetModuleHandleW")]
    public static partial nint GetModuleHandle(char* name);

    [LibraryImport("user32", EntryPoint = "RegisterClassExW")]
    public static partial ushort RegisterClass(WindowClass* windowClass);

    [LibraryImport("user32", EntryPoint = "CreateWindowExW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    public static partial nint CreateWindow(uint extendedStyle, string className, string title, uint style, int x, int y, int width, int height, nint parent, nint menu, nint instance, nint parameter);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DestroyWindow(nint window);

    [LibraryImport("user32", EntryPoint = "DefWindowProcW")]
    public static partial nint DefaultProcedure(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport("user32", EntryPoint = "GetMessageW")]
    public static partial int GetMessage(Message* message, nint window, uint first, uint last);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool TranslateMessage(Message* message);

    [LibraryImport("user32", EntryPoint = "DispatchMessageW")]
    public static partial nint DispatchMessage(Message* message);

    [LibraryImport("user32", EntryPoint = "PostMessageW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool PostMessage(nint window, uint message, nint wParam, nint lParam);

    [LibraryImport("user32")]
    public static partial void PostQuitMessage(int exitCode);

    [LibraryImport("user32", EntryPoint = "RegisterWindowMessageW", StringMarshalling = StringMarshalling.Utf16)]
    public static partial uint RegisterWindowMessage(string name);

    [LibraryImport("shell32", EntryPoint = "Shell_NotifyIconW")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool NotifyIcon(uint message, NotifyIconData* data);

    [LibraryImport("user32")]
    public static partial nint CreatePopupMenu();

    [LibraryImport("user32", EntryPoint = "AppendMenuW", StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool AppendMenu(nint menu, uint flags, nuint item, string? text);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetMenuDefaultItem(nint menu, uint item, uint byPosition);

    [LibraryImport("user32")]
    public static partial int TrackPopupMenuEx(nint menu, uint flags, int x, int y, nint window, nint parameters);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DestroyMenu(nint menu);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetForegroundWindow(nint window);

    [LibraryImport("user32")]
    public static partial uint GetDpiForWindow(nint window);

    [LibraryImport("user32")]
    public static partial int GetSystemMetricsForDpi(int index, uint dpi);

    [LibraryImport("user32")]
    public static partial nint CreateIconFromResourceEx(byte* bits, uint size, [MarshalAs(UnmanagedType.Bool)] bool isIcon, uint version, int width, int height, uint flags);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DestroyIcon(nint icon);

    [LibraryImport("user32")]
    public static partial nuint SetTimer(nint window, nuint id, uint milliseconds, nint callback);

    [LibraryImport("user32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool KillTimer(nint window, nuint id);

    [LibraryImport("user32", EntryPoint = "MessageBoxW", StringMarshalling = StringMarshalling.Utf16)]
    public static partial int MessageBox(nint owner, string text, string title, uint flags);
}
