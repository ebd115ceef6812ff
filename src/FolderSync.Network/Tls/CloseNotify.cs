namespace FolderSync.Network.Tls;

/// <summary>The close_notify alert, which ends a TLS connection.</summary>
internal static class CloseNotify
{
    /// <summary>How long a closing stream tries to send it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);
}
