namespace FolderSync.Engine.Primitives;

/// <summary>A request that can't be carried out; the message says why and what to do.</summary>
public sealed class EngineException(string message) : Exception(message);

/// <summary>The requested item doesn't exist (any more); the message says which.</summary>
public sealed class NothingThereException(string message) : Exception(message);

/// <summary>A peer answered a request with an error code, or not at all.</summary>
internal sealed class RequestFailedException(string message, bool isSilence = false) : Exception(message)
{
    /// <summary>The peer answers nothing at the moment: folders hear when it does again.</summary>
    public bool IsSilence => isSilence;
}
