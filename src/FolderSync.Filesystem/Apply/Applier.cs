using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// Executes decided steps on one folder's disk. A kill at any call loses nothing: a name holds either its old or its new content, whole; displaced
/// content always has another name; <see cref="Recover"/> restores what a kill left at a temp name.
/// </summary>
/// <remarks>
/// Order: content and journal durable → each step: check, one atomic rename, look at what was displaced, put it aside → versions
/// and directories durable → results. Thread-safe; batches go one after the other.
/// </remarks>
/// <param name="fs">The folder's disk. The caller disposes of it.</param>
/// <param name="versioner">Null: <see cref="ActionForExisting.Version"/> is treated as <see cref="ActionForExisting.Discard"/>.</param>
/// <param name="time">Gives the local time for the names of conflict copies.</param>
public sealed class Applier(IFileSystem fs, IVersioner? versioner, ApplierOptions options, TimeProvider time)
{
    private readonly WritableParents _disk = new(fs);
    private readonly Lock _gate = new();
    private bool _recovered;

    /// <summary>Starts assembling a file. It reads a big file's earlier attempt to reuse its good blocks, so it may take a while.</summary>
    /// <param name="old">What this device has at the name; where permissions are not known, that file's are kept.</param>
    /// <exception cref="FileSystemException">NotFound: the directory doesn't exist (place it first). Files of one block report this at
    /// <see cref="StagedFile.WriteBlock"/>.</exception>
    public StagedFile Stage(FileEntry target, FileEntry? old) => new(_disk, options, target, old);

    /// <summary>Executes the steps in an order that it works out itself. Each target may occur once.</summary>
    /// <returns>One result for each step, in the order of the steps.</returns>
    public IReadOnlyList<ApplyResult> Apply(IReadOnlyList<ApplyStep> steps)
    {
        if (steps.Count == 0)
            return [];
        lock (_gate)
        {
            try
            {
                var root = _disk.CheckRoot();
                if (root != RootState.Present)
                    return [.. steps.Select(s => ApplyFailures.Of(s, $"The folder is missing ({root}): nothing was changed.", FileSystemError.NotFound))];
                RecoverOnce();
            }
            catch (FileSystemException e)
            {
                return [.. steps.Select(s => ApplyFailures.Of(s, e))];
            }
            var unread = new ContentVerifier(_disk);
            var batch = new ApplyBatch(_disk, versioner, options, time, [.. steps.Select(unread.Protect)]);
            var results = batch.Run();
            _recovered = !batch.NeedsRecovery;
            return [.. results.Select((r, i) => ReferenceEquals(r.Step, steps[i]) ? r : r with { Step = steps[i] })];
        }
    }

    /// <summary>
    /// Recovers from a kill. Call it when the folder is opened, before its first scan: the scan would otherwise report a name as deleted whose
    /// content stands at a temp name. Costs a few calls when there is nothing to do.
    /// </summary>
    /// <returns>Names to scan.</returns>
    /// <exception cref="FileSystemException">The disk failed; call it again.</exception>
    public IReadOnlyList<FileName> Recover()
    {
        lock (_gate)
        {
            _recovered = false;
            return _disk.CheckRoot() == RootState.Present ? RecoverOnce() : [];
        }
    }

    private IReadOnlyList<FileName> RecoverOnce()
    {
        if (_recovered)
            return [];
        WritableParents.RestorePermissions(fs);
        var names = new Recovery(_disk, versioner, options, time).Run();
        _recovered = true;
        return names;
    }
}
