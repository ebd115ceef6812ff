using System.Collections.Immutable;
using FolderSync.Core.Model;
using FolderSync.Engine.Primitives;
using FolderSync.Index;

namespace FolderSync.Engine.Folders;

/// <summary>Receives each commit of this device's entries, synchronously and before anyone else can act on it.</summary>
internal interface ICommitObserver
{
    void OnCommitted(IFolderIndex index, IReadOnlyList<FileEntry> entries);
}

/// <summary>The senders of the index, which each commit wakes. Thread-safe.</summary>
internal sealed class CommitListeners
{
    private ImmutableArray<Wakeup> _wakeups = [];

    /// <summary>Sets the signal at each commit until disposed.</summary>
    public IDisposable Subscribe(Wakeup wakeup)
    {
        ImmutableInterlocked.Update(ref _wakeups, w => w.Add(wakeup));
        return new Subscription(this, wakeup);
    }

    public void Wake()
    {
        foreach (var wakeup in _wakeups)
            wakeup.Set();
    }

    private sealed class Subscription(CommitListeners listeners, Wakeup wakeup) : IDisposable
    {
        public void Dispose() => ImmutableInterlocked.Update(ref listeners._wakeups, w => w.Remove(wakeup));
    }
}
