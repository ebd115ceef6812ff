using System.Globalization;
using System.Text;

namespace FolderSync.Tray.Service;

/// <summary>The service's home directory from the tray's point of view: where it is, and that only one tray may use it.</summary>
internal static class TrayHome
{
    public const string Variable = "FOLDERSYNC_HOME";
    private const string LockName = "tray.lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Finds it like the service does: FOLDERSYNC_HOME, otherwise the platform's default.</summary>
    public static string Default(Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } named)
            return named;
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "FolderSync");
        if (environment("XDG_STATE_HOME") is { Length: > 0 } state && Path.IsPathFullyQualified(state))
            return Path.Combine(state, "foldersync");
        var user = environment("HOME") is { Length: > 0 } home ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(user, ".local", "state", "foldersync");
    }

    /// <summary>Held until this process ends, however it ends.</summary>
    /// <exception cref="TrayException">Another tray holds it, or the home directory can't be written.</exception>
    public static IDisposable Lock(string home)
    {
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(home);
            else
                Directory.CreateDirectory(home, OwnerOnly | UnixFileMode.UserExecute);
            var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = OwnerOnly;
            var held = new FileStream(Path.Combine(home, LockName), options);
            held.SetLength(0);
            held.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            return held;
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(Path.Combine(home, LockName)))
        {
            throw new TrayException($"A tray icon for '{home}' is already running. Use that one, or quit it from its menu first.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrayException($"'{home}' can't be used: {e.Message} Give another home with --home.", e);
        }
    }
}

/// <summary>The tray can't start or continue; the message is for the user.</summary>
internal sealed class TrayException(string message, Exception? inner = null) : Exception(message, inner);
