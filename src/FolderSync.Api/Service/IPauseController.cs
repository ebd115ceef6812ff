namespace FolderSync.Api.Service;

/// <summary>Pauses all connections until a time or until they are resumed.</summary>
public interface IPauseController
{
    bool IsPaused { get; }

    /// <summary>Null if not paused, or paused until resumed.</summary>
    DateTimeOffset? Until { get; }

    /// <param name="until">Null to pause until resumed.</param>
    Task PauseAsync(DateTimeOffset? until, CancellationToken cancellation);

    Task ResumeAsync(CancellationToken cancellation);
}
