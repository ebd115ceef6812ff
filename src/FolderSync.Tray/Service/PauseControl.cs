using System.Net;
using FolderSync.Client;
using FolderSync.Client.Extensions;

namespace FolderSync.Tray.Service;

/// <summary>Pausing as a whole. The service keeps the time, so that a pause of an hour ends without the tray.</summary>
internal static class PauseControl
{
    /// <param name="time">Null: until resumed.</param>
    public static async Task PauseAsync(ServiceClient client, TimeSpan? time, CancellationToken cancellation)
    {
        try
        {
            await client.SendAsync(HttpMethod.Post, "foldersync/pause", new PauseRequest(time?.TotalMinutes), ExtensionJson.Default.PauseRequest, cancellation);
        }
        catch (ServiceException e) when (e.Status == HttpStatusCode.NotFound && time is null)
        {
            await client.SendAsync(HttpMethod.Post, "system/pause", cancellation);
        }
    }

    public static async Task ResumeAsync(ServiceClient client, CancellationToken cancellation)
    {
        try
        {
            await client.SendAsync(HttpMethod.Post, "foldersync/resume", cancellation);
        }
        catch (ServiceException e) when (e.Status == HttpStatusCode.NotFound)
        {
            await client.SendAsync(HttpMethod.Post, "system/resume", cancellation);
        }
    }
}
