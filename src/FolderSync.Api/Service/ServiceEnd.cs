namespace FolderSync.Api.Service;

/// <summary>Ends the service when a client asks for it.</summary>
public sealed class ServiceEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Whether the service starts again.</summary>
    public bool Again { get; private set; }

    public void Request(bool again)
    {
        Again = again;
        lifetime.StopApplication();
    }
}
