using System.Globalization;
using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Histories;

/// <summary>The random history of one folder that three devices share.</summary>
internal sealed class TrioHistory
{
    /// <summary>No name is a file on one device and a directory on another: a Syncthing tries to settle that for ever.</summary>
    private static readonly string[] Names = ["a", "b", "c", "d/a", "d/b", "d/e/a", "d/e/b", "g/a"];
    private static readonly string[] Directories = ["d", "d/e", "g", "h"];

    private readonly Random _random;
    private readonly ContentLedger _ledger = new();
    private readonly IReadOnlyList<string> _roots;
    private readonly IReadOnlyList<FolderUser> _users;
    private readonly List<string> _trace = [];

    /// <param name="roots">The folder's directory on each device.</param>
    public TrioHistory(int seed, string folder, IReadOnlyList<string> roots, string trash)
    {
        (Seed, Folder, _roots) = (seed, folder, roots);
        _random = new Random(seed);
        _users = [.. roots.Select(r => new FolderUser(r, trash, _ledger))];
    }

    public int Seed { get; }

    public string Folder { get; }

    public int Written => _ledger.Written;

    /// <summary>Notes what happens to all folders.</summary>
    public void Note(string what) => _trace.Add(what);

    /// <summary>One operation of a user, on a random device.</summary>
    public void Step()
    {
        var device = _random.Next(_users.Count);
        var user = _users[device];
        var name = Names[_random.Next(Names.Length)];
        var text = string.Create(CultureInfo.InvariantCulture, $"{Seed}.{_trace.Count} {(_random.Next(12) == 0 ? new string('x', (128 << 10) + _random.Next(200_000)) : new string('y', _random.Next(30)))}");
        switch (_random.Next(12))
        {
            case 0 or 1:
                name = _random.Next(3) == 0 ? Directories[_random.Next(Directories.Length)] : name;
                Do(device, $"deletes {name}", () => user.Delete(name));
                break;
            case 2 or 3:
                var to = Names[_random.Next(Names.Length)];
                if (_random.Next(3) == 0)
                    (name, to) = (Directories[_random.Next(Directories.Length)], "moved" + _random.Next(3));
                if (name != to)
                    Do(device, $"renames {name} to {to}", () => user.Rename(name, to));
                break;
            case 4:
                Do(device, $"sets the mode of {name}", () => user.SetMode(name, _random.Next(2) == 0 ? (UnixFileMode)0x180 : (UnixFileMode)0x1A4));
                break;
            case 5:
                name = Directories[_random.Next(Directories.Length)];
                Do(device, $"makes the directory {name}", () => user.MakeDirectory(name));
                break;
            case 6:
                Do(device, $"links {name}", () => user.Link(name, "target" + _random.Next(3)));
                break;
            case 7:
                Do(device, $"appends {text.Split(' ')[0]} to {name}", () => user.Append(name, text));
                break;
            default:
                Do(device, $"writes {text.Split(' ')[0]} to {name}", () => user.Write(name, text));
                break;
        }
    }

    public async Task<bool> AreEqualAsync()
    {
        try
        {
            foreach (var other in _roots.Skip(1))
            {
                if (await TreeDigest.DifferencesAsync(_roots[0], other) is not [])
                    return false;
            }
            return true;
        }
        catch (IOException)
        {
            // Something went while it was read.
            return false;
        }
    }

    /// <summary>Null if all is well; for devices at rest.</summary>
    public async Task<string?> FindFaultAsync()
    {
        List<string> faults = [];
        foreach (var other in _roots.Skip(1))
            faults.AddRange(await TreeDigest.DifferencesAsync(_roots[0], other));
        if (_ledger.FindLost(_roots) is { Count: > 0 } lost)
            faults.Add("lost: " + string.Join(", ", lost));
        return faults.Count == 0 ? null : $"{Folder} (seed {Seed}):\n  {string.Join("\n  ", faults)}\n  history:\n    {string.Join("\n    ", _trace)}";
    }

    private void Do(int device, string what, Action action)
    {
        _trace.Add($"{TimeOnly.FromDateTime(DateTime.Now):HH:mm:ss.fff} {device} {what}");
        action();
    }
}
