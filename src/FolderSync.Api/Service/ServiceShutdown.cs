namespace FolderSync.Api.Service;

/// <summary>Ends the service when a client asks for it.</summary>
public sealed class ServiceShutdown(IHostApplicationLifetime lifetime)
{
    /// <summary>Whether the service starts again.</summary>
    public bool RestartRequested { get; private set; }

    public void Request(bool again)
    {
        RestartRequested = again;
        lifetime.StopApplication();
    }
}
