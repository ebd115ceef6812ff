namespace FolderSync.Filesystem.Scan;

/// <summary>Batches findings and counts progress.</summary>
internal sealed class FindingBatcher(Func<IReadOnlyList<ScanFinding>, Task> onFindings, Action<ScanProgress>? onProgress)
{
    private const int BatchFindings = 512;
    private const long BatchBytes = 64 << 20;

    private List<ScanFinding> _batch = [];
    private long _batchBytes;
    private ScanProgress _progress;

    public void Walked(WalkStep step)
    {
        _progress = _progress with { Entries = _progress.Entries + step.Entries, ToHashBytes = _progress.ToHashBytes + step.ToHash };
        Report();
    }

    /// <param name="finding">Null: bytes were read but nothing was found.</param>
    public async Task AddAsync(ScanFinding? finding, long bytes)
    {
        _progress = _progress with { HashedBytes = _progress.HashedBytes + bytes };
        if (finding is null)
            return;
        _batch.Add(finding);
        _batchBytes += bytes;
        if (_batch.Count >= BatchFindings || _batchBytes >= BatchBytes)
            await FlushAsync();
    }

    public async Task FlushAsync()
    {
        if (_batch.Count == 0)
            return;
        var batch = _batch;
        (_batch, _batchBytes) = ([], 0);
        await onFindings(batch);
    }

    public void Report() => onProgress?.Invoke(_progress);
}
