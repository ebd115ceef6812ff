using FolderSync.Client;
using FolderSync.Configuration.Import;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;

namespace FolderSync.CommandLine.Commands;

/// <summary>Detects a Syncthing that runs on a home directory: two programs with one identity would take each other's connections.</summary>
internal static class RunningSyncthing
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Says how it was detected, as the end of a sentence; null if it wasn't.</summary>
    public static async Task<string?> FindAsync(SyncthingHome home, DeviceId id, PageConfig page, CancellationToken cancellation)
    {
        foreach (var name in (string[])["syncthing.lock", "index-v0.14.0.db/LOCK"])
        {
            var path = Path.Combine(home.Path, name);
            if (File.Exists(path) && IsHeld(path))
                return $"it holds '{path}'";
        }
        return await AnswersAsync(id, page, cancellation) ? $"it answers at {page.Address}" : null;
    }

    /// <summary>Versions differ in which of the system's two kinds of locks they use.</summary>
    private static bool IsHeld(string path)
    {
        try
        {
            // flock(2), which FileShare.None uses; on Windows opening fails.
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None))
            {
            }
            if (OperatingSystem.IsMacOS())
                return false;
            // fcntl(2) on the whole file.
            using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            stream.Lock(0, 0);
            stream.Unlock(0, 0);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return true;
        }
    }

    /// <summary>Every response of a Syncthing, even an error, names its device.</summary>
    private static async Task<bool> AnswersAsync(DeviceId id, PageConfig page, CancellationToken cancellation)
    {
        if (!ConfigAddress.TrySplit(page.Address, out var host, out var port) || port == 0)
            return false;
        host = host is "" or "0.0.0.0" or "::" ? "127.0.0.1" : host;
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = ResponseTimeout };
        // Only the device ID in the response matters; nothing secret is sent.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var http = new HttpClient(handler) { Timeout = ResponseTimeout };
        foreach (var scheme in page.Tls ? (string[])["https"] : ["http", "https"])
        {
            try
            {
                using var answer = await http.GetAsync(new UriBuilder(scheme, host, port, "/rest/noauth/health").Uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
                return answer.Headers.TryGetValues("X-Syncthing-ID", out var named) && named.Any(n => DeviceIdText.TryParse(n, out var shown, out _) && shown == id);
            }
            catch (Exception e) when (ConnectionFailure.Is(e) || e is OperationCanceledException && !cancellation.IsCancellationRequested)
            {
            }
        }
        return false;
    }
}
