namespace FolderSync.Tray.Linux;

/// <summary>The address of the session bus: "unix:path=/run/user/1000/bus,guid=…;…".</summary>
internal static class BusAddress
{
    /// <summary>The session bus's address; null when there is none.</summary>
    public static string? OfSession(Func<string, string?> environment)
    {
        if (environment("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } address)
            return address;
        return environment("XDG_RUNTIME_DIR") is { Length: > 0 } run && File.Exists(Path.Combine(run, "bus")) ? $"unix:path={Path.Combine(run, "bus")}" : null;
    }

    /// <summary>The usable addresses of a list, in order. The library would also connect over TCP, unencrypted and to any host.</summary>
    public static IReadOnlyList<string> OnThisComputer(string address) =>
        [.. address.Split(';').Where(a => a.StartsWith("unix:", StringComparison.Ordinal) && (a.Contains("path=", StringComparison.Ordinal) || a.Contains("abstract=", StringComparison.Ordinal)))];
}
