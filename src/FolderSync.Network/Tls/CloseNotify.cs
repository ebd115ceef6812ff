namespace FolderSync.Network.Tls;

/// <summary>The last word of a TLS connection.</summary>
internal static class CloseNotify
{
    /// <summary>How long a closing stream tries to tell its peer so.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
}
