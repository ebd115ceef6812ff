using FolderSync.Filesystem;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.World;

namespace FolderSync.Simulator.Histories;

/// <summary>A user's edits of one device's folder. Reports to the oracle what was written, and what a user who had it gave up.</summary>
internal sealed class Edits(Oracle oracle)
{
    /// <summary>Neither lies below the other on any disk, whatever spellings it takes for one.</summary>
    public static bool MayRename(string name, string to) => to != name && !IsBelow(DiskNames.Composed(to), DiskNames.Composed(name)) && !IsBelow(DiskNames.Composed(name), DiskNames.Composed(to));

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
            Operation.Delete delete => Delete(device, delete.Name),
            Operation.Rename rename => Rename(device, rename.Name, rename.To),
            Operation.Chmod chmod => Chmod(device.User, chmod.Name, chmod.Permissions),
            Operation.MakeDirectory made => MakeDirectory(device, made.Name),
            Operation.Symlink symlink => Symlink(device, symlink.Name, symlink.Target),
            Operation.MakeSpecial special => MakeSpecial(device, special.Name),
            Operation.Write write => Write(device, write.Name, write.Content),
            Operation.WritePatterns written => Write(device, written.Name, written.Content),
            Operation.Ignore ignored => Ignore(device.User, ignored.Lines),
            Operation.Flood flood => Flood(device, flood),
            _ => throw new NotSupportedException(edit.GetType().Name),
        };
        if (done is not null && edit.IsNoticed && edit is not Operation.Flood)
            device.Notice(edit.Name);
        return done;
    }

    private string? Delete(SimulatedDevice device, string name)
    {
        if (!device.User.Exists(name))
            return null;
        Remove(device, name);
        return $"delete {name}";
    }

    /// <summary>Gives up what has the name. A mounted filesystem is emptied: nobody can remove its root.</summary>
    private void Remove(SimulatedDevice device, string name)
    {
        oracle.GiveUp(device, name);
        if (device.User.IsMountPoint(name))
        {
            foreach (var child in device.User.Tree(name).Select(i => i.Path).Where(p => !p[(name.Length + 1)..].Contains('/', StringComparison.Ordinal)))
                device.User.Delete(child);
        }
        else
        {
            device.User.Delete(name);
        }
    }

    private string? Rename(SimulatedDevice device, string name, string to)
    {
        var user = device.User;
        if (!user.Exists(name) || !MayRename(name, to) || user.IsMountPoint(name) || user.IsMountPoint(to) || !MakeParents(device, to))
            return null;
        if (!user.AreOne(name, to))
            Remove(device, to);
        if (user.MountOf(name) == user.MountOf(to))
            user.Rename(name, to);
        else
            user.CopyOver(name, to);
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
        if (device.User.IsMountPoint(name))
            return null;
        Remove(device, name);
        device.User.Symlink(name, target);
        return $"symlink {name}";
    }

    private string? MakeSpecial(SimulatedDevice device, string name)
    {
        if (device.User.IsMountPoint(name) || !MakeParents(device, name))
            return null;
        Remove(device, name);
        device.User.MakeOther(name);
        return $"mkfifo {name}";
    }

    private static string Ignore(MemoryUser user, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
            user.Delete(IgnorePatterns.FileName);
        else
            user.WriteFile(IgnorePatterns.FileName, string.Join('\n', lines) + "\n");
        return $"ignore {string.Join(", ", lines)}";
    }

    private string? Flood(SimulatedDevice device, Operation.Flood flood)
    {
        var user = device.User;
        oracle.Floods.Begin(device);
        var files = user.Tree("", Oracle.IsInternal).Where(i => i.Kind == FileKind.File).Select(i => i.Path).ToList();
        for (var i = 0; i < files.Count; i++)
        {
            oracle.GiveUp(device, files[i]);
            if (flood.Kind != FloodKind.Delete)
                Fill(device, flood.Kind == FloodKind.Overwrite ? files[i] : files[i] + ".locked", flood.ContentOf(i));
            if (flood.Kind != FloodKind.Overwrite)
                user.Delete(files[i]);
            if (flood.IsNoticed)
                device.Notice(files[i], files[i] + ".locked");
        }
        return files.Count == 0 ? null : $"flood of {files.Count} ({flood.Kind})";
    }

    private string? Write(SimulatedDevice device, string name, string content)
    {
        var user = device.User;
        if (!MakeParents(device, name))
            return null;
        if (user.IsMountPoint(name))
            return null;
        Fill(device, name, content);
        return $"write {name} = {content[..Math.Min(8, content.Length)]} ({content.Length})";
    }

    private void Fill(SimulatedDevice device, string name, string content)
    {
        if (device.User.Exists(name) && device.User.Stat(name).Kind != FileKind.File)
            Remove(device, name);
        else
            oracle.GiveUp(device, name);
        oracle.Written(device, content);
        device.User.WriteFile(name, content);
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

    private static bool IsBelow(string name, string above) => name.StartsWith(above + "/", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> ParentsOf(string name)
    {
        for (var i = name.IndexOf('/'); i > 0; i = name.IndexOf('/', i + 1))
            yield return name[..i];
    }
}
