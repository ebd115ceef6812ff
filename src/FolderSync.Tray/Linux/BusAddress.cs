using System.Net.Sockets;

namespace FolderSync.Tray.DBus;

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

    /// <summary>The addresses that can be connected to, in order.</summary>
    public static IReadOnlyList<UnixDomainSocketEndPoint> EndPoints(string address)
    {
        var found = new List<UnixDomainSocketEndPoint>();
        foreach (var one in address.Split(';').Where(a => a.StartsWith("unix:", StringComparison.Ordinal)))
        {
            foreach (var pair in one["unix:".Length..].Split(','))
            {
                try
                {
                    if (pair.StartsWith("path=", StringComparison.Ordinal))
                        found.Add(new UnixDomainSocketEndPoint(Unescaped(pair["path=".Length..])));
                    else if (pair.StartsWith("abstract=", StringComparison.Ordinal))
                        found.Add(new UnixDomainSocketEndPoint("\0" + Unescaped(pair["abstract=".Length..])));
                }
                catch (ArgumentException)
                {
                    // Too long or empty.
                }
            }
        }
        return found;
    }

    private static string Unescaped(string value) => Uri.UnescapeDataString(value);
}
