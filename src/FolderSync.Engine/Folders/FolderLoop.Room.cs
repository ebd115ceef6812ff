using FolderSync.Engine.Transfer;
using FolderSync.Filesystem;
using FolderSync.Filesystem.Apply;

namespace FolderSync.Engine.Folders;

/// <summary>A full disk: what waits for room is fetched when there is some, and a person hears what to do. All that needs no room goes on.</summary>
internal sealed partial class FolderLoop
{
    /// <summary>Nothing tells of room on a disk: it is looked for.</summary>
    private static readonly TimeSpan LookForRoom = TimeSpan.FromSeconds(30);

    private readonly Wakeup _roomWake;
    private DiskRoom? _room;
    private bool _isShort;

    internal DiskRoom Room => _room ?? throw new InvalidOperationException("The folder is not open.");

    private DiskRoom MakeRoomFor(IFileSystem disk, TrashCanVersioner? trashCan) => new(disk, trashCan, () => Config, _shares.Clock.Ages, _parts.Time)
    {
        MadeRoom = cleaned => Log.MadeRoom(_log, Config.DisplayName, cleaned.Removed, cleaned.Bytes),
    };

    private bool LacksRoom(Trouble trouble) => trouble.RoomWanted > Room.Left;

    private void WatchRoom() => _roomWake.Set();

    private async Task RoomFlowAsync()
    {
        var look = Deadline.Never;
        while (true)
        {
            if (!_troubles.Values.Any(t => t.RoomWanted > 0))
                look = Deadline.Never;
            else if (look == Deadline.Never)
                look = Deadline.In(LookForRoom, _parts.Time);
            await _roomWake.WaitUntilAsync(look, _flowsEnd);
            if (!look.IsPast(_parts.Time))
                continue;
            look = Deadline.Never;
            var before = Room.Left;
            var left = await _parts.Workers.Run(CountRoom, _flowsEnd);
            if (_troubles.Values.Any(t => before < t.RoomWanted && t.RoomWanted <= left))
                _pullWake.Set();
        }
    }

    private long CountRoom()
    {
        try
        {
            return Room.Count();
        }
        catch (FileSystemException)
        {
            // The disk is gone; the next scan says so.
            return Room.Left;
        }
    }

    /// <summary>Once for each time that the disk is full, whatever the number of files.</summary>
    private void PublishShortage()
    {
        var waiting = _troubles.Where(t => LacksRoom(t.Value)).Select(t => (t.Key, t.Value)).ToList();
        var wasShort = _isShort;
        _isShort = waiting.Count > 0;
        if (wasShort == _isShort)
            return;
        var path = Config.Path;
        List<FileProblem> warnings = _isShort
            ? [new FileProblem(path, $"The disk is full: {waiting.Count:N0} files wait for room. {waiting[0].Value.Reason}", FileSystemError.NoSpace)]
            : [];
        Warn(path, warnings);
    }

    /// <summary>Replaces what was warned of at that path.</summary>
    private void Warn(string path, IReadOnlyList<FileProblem> warnings)
    {
        Publish(s => s with { Warnings = [.. s.Warnings.Where(w => w.Path != path).Concat(warnings).Take(MostWarnings)] });
        foreach (var warning in warnings)
        {
            Log.Warned(_log, Config.DisplayName, warning.Reason);
            _events.Add("FolderWarnings", ("folder", Id.Value), ("warnings", warnings.Count), ("message", warning.Reason));
        }
    }
}
