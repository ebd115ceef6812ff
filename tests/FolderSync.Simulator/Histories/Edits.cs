using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>A user's edits of one device's folder. Reports to the oracle what was written, and what a user who had it gave up.</summary>
internal sealed class Edits(Oracle oracle)
{
    public static bool MayRename(string name, string to) =>
        to != name && !to.StartsWith(name + "/", StringComparison.OrdinalIgnoreCase) && !name.StartsWith(to + "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The existing parents of a name whose other parents can't be created because another item has a parent's name; null if they can be.
    /// </summary>
    public static IReadOnlyList<string>? ParentsInTheWay(MemoryUser user, string name)
    {
        var existing = new List<string>();
        foreach (var parent in ParentsOf(name))
        {
            if (!user.Exists(parent))
                return null;
            if (user.Stat(parent).Kind != FileKind.Directory)
                return existing;
            existing.Add(parent);
        }
        return null;
    }

    /// <summary>What was done, for the trace; null if it was impossible.</summary>
    public string? Do(SimulatedDevice device, Operation.Edit edit)
    {
        var done = edit switch
        {
            Operation.Delete delete => Delete(device.User, delete.Name),
            Operation.Rename rename => Rename(device, rename.Name, rename.To),
            Operation.Chmod chmod => Chmod(device.User, chmod.Name, chmod.Permissions),
            Operation.MakeDirectory made => MakeDirectory(device, made.Name),
            Operation.Symlink symlink => Symlink(device, symlink.Name, symlink.Target),
            Operation.Write write => Write(device, write.Name, write.Content),
            _ => throw new NotSupportedException(edit.GetType().Name),
        };
        if (done is not null && edit.IsNoticed)
            device.Notice(edit.Name);
        return done;
    }

    private string? Delete(MemoryUser user, string name)
    {
        if (!user.Exists(name))
            return null;
        oracle.Release(user, name);
        user.Delete(name);
        return $"delete {name}";
    }

    private string? Rename(SimulatedDevice device, string name, string to)
    {
        var user = device.User;
        if (!user.Exists(name) || !MayRename(name, to) || !MakeParents(device, to))
            return null;
        if (!device.Disks.Options.CaseInsensitive || !string.Equals(name, to, StringComparison.OrdinalIgnoreCase))
        {
            oracle.Release(user, to);
            user.Delete(to);
        }
        user.Rename(name, to);
        device.Notice(to);
        return $"rename {name} to {to}";
    }

    private static string? Chmod(MemoryUser user, string name, uint permissions)
    {
        if (!user.Exists(name) || user.Stat(name).Kind != FileKind.File)
            return null;
        user.Chmod(name, permissions);
        return $"chmod {name}";
    }

    private static string? MakeDirectory(SimulatedDevice device, string name)
    {
        if (device.User.Exists(name) || !MakeParents(device, name))
            return null;
        device.User.MakeDirectory(name);
        return $"mkdir {name}";
    }

    private string? Symlink(SimulatedDevice device, string name, string target)
    {
        if (!MakeParents(device, name))
            return null;
        oracle.Release(device.User, name);
        device.User.Delete(name);
        device.User.Symlink(name, target);
        return $"symlink {name}";
    }

    private string? Write(SimulatedDevice device, string name, string content)
    {
        var user = device.User;
        if (!MakeParents(device, name))
            return null;
        oracle.Release(user, name);
        if (user.Exists(name) && user.Stat(name).Kind != FileKind.File)
            user.Delete(name);
        oracle.Written(content);
        user.WriteFile(name, content);
        return $"write {name} = {content[..Math.Min(8, content.Length)]} ({content.Length})";
    }

    private static bool MakeParents(SimulatedDevice device, string name)
    {
        foreach (var parent in ParentsOf(name))
        {
            if (device.User.Exists(parent) && device.User.Stat(parent).Kind != FileKind.Directory)
                return false;
            if (!device.User.Exists(parent))
                device.User.MakeDirectory(parent);
            device.Notice(parent);
        }
        return true;
    }

    private static IEnumerable<string> ParentsOf(string name)
    {
        for (var i = name.IndexOf('/'); i > 0; i = name.IndexOf('/', i + 1))
            yield return name[..i];
    }
}
