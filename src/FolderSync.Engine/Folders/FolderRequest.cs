using FolderSync.Engine.Primitives;

namespace FolderSync.Engine.Folders;

/// <summary>
/// What a user asked of a folder, and waits for. It outlives one stop of the folder and is carried out when the folder is back; where the folder
/// stops again first, the user hears why. Thread-safe.
/// </summary>
internal class FolderRequest
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stops;

    /// <summary>Returns when it is done; throws what it failed with.</summary>
    public Task WaitAsync(CancellationToken cancellation) => _done.OrCancelled(cancellation);

    public void Succeed() => _done.TrySetResult();

    public void Fail(Exception e) => _done.TrySetException(e);

    public void Fail(string reason) => Fail(new EngineException(reason));

    /// <summary>The folder stopped; false when the request ends with it.</summary>
    public bool Outlives(string reason)
    {
        if (Interlocked.Increment(ref _stops) == 1)
            return true;
        Fail(reason);
        return false;
    }
}
