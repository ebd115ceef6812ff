namespace FolderSync.Tray.Linux;

/// <summary>Where the session's bus listens: "unix:path=/run/user/1000/bus,guid=…;…".</summary>
internal static class BusAddress
{
    /// <summary>The session bus's; null: there is none.</summary>
    public static string? OfSession(Func<string, string?> environment)
    {
        if (environment("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } address)
            return address;
        return environment("XDG_RUNTIME_DIR") is { Length: > 0 } run && File.Exists(Path.Combine(run, "bus")) ? $"unix:path={Path.Combine(run, "bus")}" : null;
    }

    /// <summary>Those of a list that can be connected to, in order. The library would connect over TCP, too, unencrypted and to whatever host is named.</summary>
    public static IReadOnlyList<string> OnThisComputer(string address) =>
        [.. address.Split(';').Where(a => a.StartsWith("unix:", StringComparison.Ordinal) && (a.Contains("path=", StringComparison.Ordinal) || a.Contains("abstract=", StringComparison.Ordinal)))];
}
