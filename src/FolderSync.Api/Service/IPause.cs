namespace FolderSync.Api.Service;

/// <summary>"Pause for an hour": all connections rest until then or until resumed.</summary>
public interface IPause
{
    bool IsPaused { get; }

    /// <summary>Null: until it is resumed, or not paused.</summary>
    DateTimeOffset? Until { get; }

    /// <param name="until">Null: until it is resumed.</param>
    Task PauseAsync(DateTimeOffset? until, CancellationToken cancellation);

    Task ResumeAsync(CancellationToken cancellation);
}
