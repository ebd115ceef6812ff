using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>
/// One name on four devices that edit it, exchange entries in any order and apply the decisions: the rules alone, without disk, network or time. In
/// any order, one vector means one state, and all devices converge.
/// </summary>
public sealed class ConvergenceTests
{
    private const int Devices = 4;
    private const int Histories = 20_000;

    [Fact]
    public void One_vector_is_one_state_and_all_devices_come_to_it()
    {
        var first = Environment.TickCount;
        for (var seed = first; seed != unchecked(first + Histories); seed = unchecked(seed + 1))
        {
            var failure = new History(seed).Run();
            Assert.True(failure is null, $"History {seed}: {failure}");
        }
    }

    private sealed class History(int seed)
    {
        private readonly Random _random = new(seed);

        /// <summary>Each device's entry as each device knows it; its own on the diagonal.</summary>
        private readonly FileEntry?[,] _known = new FileEntry?[Devices, Devices];
        private readonly Dictionary<VersionVector, string> _states = [];
        private readonly List<string> _trace = [];
        private long _now = 1000;
        private string? _failure;

        public string? Run()
        {
            for (var i = 0; i < 30 && _failure is null; i++)
                Step();
            // Every device sends its entries to every other one until none has anything to do.
            for (var round = 0; _failure is null; round++)
            {
                var isQuiet = true;
                for (var device = 0; device < Devices && _failure is null; device++)
                {
                    for (var of = 0; of < Devices; of++)
                        Learn(device, of);
                    isQuiet &= !Pull(device);
                }
                if (isQuiet)
                    break;
                if (round > 50)
                    Fail("they never come to rest");
            }
            if (_failure is null && Enumerable.Range(0, Devices).Select(d => Describe(_known[d, d])).Distinct().Count() > 1)
                Fail("they came to rest unequal");
            return _failure;
        }

        private void Step()
        {
            var device = _random.Next(Devices);
            _now += _random.Next(3);
            switch (_random.Next(8))
            {
                case 0 or 1:
                    Edit(device);
                    break;
                case 2 when _known[device, device] is { Deleted: false } mine:
                    Put(device, LocalChange.Deleted(mine, null, Short(device), _now, FolderType.SendReceive), "deletes");
                    break;
                case 3 or 4 or 5:
                    Learn(device, _random.Next(Devices));
                    break;
                default:
                    Pull(device);
                    break;
            }
        }

        private void Edit(int device)
        {
            // Few states and few times, so that equal ones occur; a restored file may be older than the one it replaces.
            var content = "xy"[_random.Next(2)].ToString();
            var seen = PullDecisionTests.File(default, content) with
            {
                Permissions = _random.Next(2) == 0 ? 0x1A4u : 0x180u,
                Modified = new FileTime(_random.Next(4), 0),
            };
            if (_random.Next(6) == 0)
                seen = new FileEntry { Name = seen.Name, Type = FileType.Symlink, SymlinkTarget = content, Modified = seen.Modified };
            if (_known[device, device] is { } mine && LocalChange.IsThatVersion(seen, mine))
                return;
            Put(device, LocalChange.Seen(seen, _known[device, device], Global(device), Short(device), _now, FolderType.SendReceive), "edits");
        }

        private void Learn(int device, int of)
        {
            if (device == of || _known[of, of] is not { } theirs)
                return;
            _trace.Add($"{device} learns of {of}'s");
            _known[device, of] = theirs;
            if (LocalChange.Resurrect(_known[device, device], theirs, Short(device), _now) is { } alive)
                Put(device, alive, "resurrects");
        }

        /// <summary>Returns false if nothing was needed.</summary>
        private bool Pull(int device)
        {
            var mine = _known[device, device];
            if (Global(device) is not { } global || !Need.IsNeeded(mine, global))
                return false;
            var decision = PullDecision.For(mine, global, FolderType.SendReceive);
            var version = decision.VersionBy(Short(device), _now);
            var entry = decision.Kind == PullKind.KeepLocal || decision.Aside ? mine! : LocalChange.WithOrigin(global, mine);
            Put(device, LocalChange.Merged(entry, version), $"{decision.Kind}{(decision.Aside ? " aside" : "")}");
            return true;
        }

        private FileEntry? Global(int device)
        {
            var known = Enumerable.Range(0, Devices).Select(of => _known[device, of]).OfType<FileEntry>().ToList();
            return known.Count == 0 ? null : known[GlobalVersion.Choose(known, _known[device, device] is { } mine ? known.IndexOf(mine) : -1)];
        }

        private void Put(int device, FileEntry entry, string why)
        {
            _known[device, device] = entry;
            _trace.Add($"{device} {why}: {entry.Version} {State(entry)}");
            if (!_states.TryAdd(entry.Version, State(entry)) && _states[entry.Version] != State(entry))
                Fail($"{entry.Version} is {_states[entry.Version]} and {State(entry)}");
        }

        private void Fail(string what) => _failure ??= $"{what}\n{string.Join('\n', _trace)}";

        private static ShortId Short(int device) => new((ulong)(device + 1) << 59);

        /// <summary>A device that never had a deleted name doesn't take its tombstone.</summary>
        private static string Describe(FileEntry? entry) => entry is null or { Deleted: true } ? "gone" : $"{entry.Version} {State(entry)}";

        private static string State(FileEntry entry) => entry switch
        {
            { Deleted: true } => "deleted",
            { Type: FileType.Symlink } => "link to " + entry.SymlinkTarget,
            _ => $"{entry.BlocksHash.ToString()[..4]} {entry.Permissions:x} {entry.Modified.Seconds}",
        };
    }
}
