namespace FolderSync.Api.Service;

/// <summary>How a run ends that a client asked to end.</summary>
public sealed class ServiceEnd(IHostApplicationLifetime lifetime)
{
    /// <summary>Another run is to follow.</summary>
    public bool Again { get; private set; }

    public void Request(bool again)
    {
        Again = again;
        lifetime.StopApplication();
    }
}
