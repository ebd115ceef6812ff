using System.Runtime.InteropServices;
using System.Security.Cryptography;
using FolderSync.Core.Ignore;
using FolderSync.Filesystem.Apply;
using Microsoft.Win32.SafeHandles;

namespace FolderSync.Filesystem.Windows;

/// <summary>Renames, and checks that keep a call inside the folder.</summary>
internal sealed unsafe partial class WindowsFileSystem
{
    /// <summary>Milliseconds between attempts; 0 ends them.</summary>
    private static readonly int[] Pauses = [20, 60, 150, 300, 0];

    public void Rename(LocalPath from, LocalPath to, RenameMode mode)
    {
        string source = Checked(from, "rename"), target = Checked(to, "rename to");
        foreach (var pause in Pauses)
        {
            var code = TryRename(from, source, target, mode);
            if (code == 0)
                return;
            // Virus scanners and indexers open new files for a moment. A program that has the target open may keep it for hours.
            if (WindowsErrors.Meaning(code) == FileSystemError.InUse && pause > 0 && IsOpenElsewhere(source))
                _pause(TimeSpan.FromMilliseconds(pause));
            else
                throw WindowsErrors.Failure(code, mode == RenameMode.Exchange ? $"exchange '{Where(from)}' and" : $"rename '{Where(from)}' to", Where(to));
        }
    }

    /// <summary>Zero, or the error's code.</summary>
    private int TryRename(LocalPath from, string source, string target, RenameMode mode)
    {
        var done = mode switch
        {
            RenameMode.NoReplace => Kernel32.Move(source, target, Kernel32.MoveWriteThrough),
            RenameMode.Replace => Replace(source, target),
            _ => Exchange(from, source, target),
        };
        if (done)
            return 0;
        var code = Marshal.GetLastPInvokeError();
        // Replacing an open file fails with "access denied", which would make users look for permissions.
        return code == WindowsErrors.AccessDenied && (IsOpenElsewhere(source) || IsOpenElsewhere(target)) ? WindowsErrors.SharingViolation : code;
    }

    /// <summary>True when another handle prevents renaming or replacing it.</summary>
    private static bool IsOpenElsewhere(string full)
    {
        using var handle = Kernel32.CreateFile(full, Kernel32.Delete, Kernel32.ShareAll, 0, Kernel32.OpenExisting, Opening, 0);
        return handle.IsInvalid && Marshal.GetLastPInvokeError() == WindowsErrors.SharingViolation;
    }

    private static bool Replace(string source, string target)
    {
        const uint flags = Kernel32.MoveReplace | Kernel32.MoveWriteThrough;
        if (Kernel32.Move(source, target, flags))
            return true;
        var code = Marshal.GetLastPInvokeError();
        // It is another spelling of the same name: nothing has to be removed.
        if (source.Equals(target, StringComparison.OrdinalIgnoreCase))
            return false;
        var attributes = Kernel32.GetAttributes(target);
        var moved = attributes != Kernel32.NoAttributes && ((attributes & Kernel32.AttributeDirectory) != 0
            // MoveFileEx never replaces a directory; this removes only an empty one.
            ? (Kernel32.GetAttributes(source) & Kernel32.AttributeDirectory) != 0 && Kernel32.RemoveDirectory(target) && Kernel32.Move(source, target, Kernel32.MoveWriteThrough)
            : ClearReadOnly(target) && Kernel32.Move(source, target, flags));
        if (!moved && code != WindowsErrors.AccessDenied)
            Marshal.SetLastPInvokeError(code);
        return moved;
    }

    /// <summary>
    /// ReplaceFile puts the new file in place at once and moves the old one to a third name, from which it takes the free one. After a kill in
    /// between, the old file has the third name: either recovery looks for it there, or a scan sees it.
    /// </summary>
    private bool Exchange(LocalPath from, string source, string target)
    {
        uint one = Kernel32.GetAttributes(source), other = one == Kernel32.NoAttributes ? one : Kernel32.GetAttributes(target);
        if (other == Kernel32.NoAttributes)
            return false;
        if (((one | other) & Kernel32.AttributeDirectory) != 0)
            throw new FileSystemException(FileSystemError.NotSupported, $"Windows can't exchange directories ('{Where(from)}').");
        var isTemporary = InternalNames.IsTemporary(from.Leaf);
        var between = WindowsPath.Below(_root, isTemporary ? TempName.ForExchange(from) : from.Parent.Child($"foldersync-swap-{RandomNumberGenerator.GetHexString(8)}"));
        // ReplaceFile would remove what an earlier exchange left there.
        if (Kernel32.GetAttributes(between) != Kernel32.NoAttributes)
            throw new FileSystemException(FileSystemError.Exists, $"Can't exchange '{Where(from)}': '{WindowsPath.WithoutPrefix(between)}' exists, left by an interrupted exchange.");
        ClearReadOnly(target);
        if (Kernel32.Replace(target, source, between, 0, 0, 0))
            return MoveBack(between, source);
        var code = Marshal.GetLastPInvokeError();
        // It may have moved the old file before it failed to place the new one.
        if (Kernel32.GetAttributes(target) == Kernel32.NoAttributes)
            _ = Kernel32.Move(between, target, Kernel32.MoveWriteThrough);
        Marshal.SetLastPInvokeError(code);
        return false;
    }

    /// <summary>The second half of an exchange: worth retrying.</summary>
    private static bool MoveBack(string between, string source)
    {
        foreach (var pause in Pauses)
        {
            if (Kernel32.Move(between, source, Kernel32.MoveWriteThrough))
                return true;
            if (WindowsErrors.Meaning(Marshal.GetLastPInvokeError()) != FileSystemError.InUse)
                return false;
            Thread.Sleep(pause);
        }
        return false;
    }

    private static bool ClearReadOnly(string full)
    {
        var attributes = Kernel32.GetAttributes(full);
        return attributes != Kernel32.NoAttributes && (attributes & Kernel32.AttributeReadOnly) != 0 &&
            Kernel32.SetAttributes(full, (attributes & ~Kernel32.AttributeReadOnly) is var rest and not 0 ? rest : Kernel32.AttributeNormal);
    }

    private WindowsFile Open(LocalPath path, string doing, uint access, uint disposition)
    {
        var handle = OpenChecked(path, doing, access, disposition, out var stat);
        var writing = (access & Kernel32.GenericWrite) != 0;
        if (stat.Kind == FileKind.File && !(writing && stat.Links > 1))
            return new WindowsFile(handle, Where(path));
        handle.Dispose();
        throw new FileSystemException(FileSystemError.WrongKind,
            $"Can't {doing} '{Where(path)}': {(stat.Kind == FileKind.File ? "the file has other hard links" : "it is not a regular file")}.");
    }

    private SafeFileHandle OpenChecked(LocalPath path, string doing, uint access, uint disposition, out FileStat stat)
    {
        var full = Checked(path, doing);
        // A cloud or deduplicated file is read through its reparse point. One that leads elsewhere is opened as itself, in order to refuse it.
        var leadsElsewhere = Stat(path)?.Kind == FileKind.Other;
        var flags = leadsElsewhere || disposition == Kernel32.OpenAlways || IsPlain(full) ? Opening : Kernel32.BackupSemantics;
        var handle = Kernel32.CreateFile(full, access, Kernel32.ShareAll, 0, disposition, flags, 0);
        if (handle.IsInvalid && Marshal.GetLastPInvokeError() == WindowsErrors.AccessDenied && (access & Kernel32.GenericWrite) != 0 && ClearReadOnly(full))
            handle = Kernel32.CreateFile(full, access, Kernel32.ShareAll, 0, disposition, flags, 0);
        if (handle.IsInvalid)
            throw Failure(doing, path);
        var found = WindowsStat.Of(handle);
        if (found is { } ok && IsInside(handle))
        {
            stat = ok;
            return handle;
        }
        var failure = found is null ? Failure(doing, path) : Elsewhere(doing, path, "it leads out of the folder");
        handle.Dispose();
        throw failure;
    }

    private static bool IsPlain(string full) =>
        Kernel32.GetAttributes(full) is var attributes && (attributes == Kernel32.NoAttributes || (attributes & Kernel32.AttributeReparsePoint) == 0);

    private bool IsInside(SafeFileHandle handle)
    {
        using var root = Kernel32.CreateFile(_root, Kernel32.ReadAttributes, Kernel32.ShareAll, 0, Kernel32.OpenExisting, Kernel32.BackupSemantics, 0);
        // Filesystems without final paths (some network redirectors) can't answer; the parents were checked.
        if (root.IsInvalid || FinalPath(root) is not { } above || FinalPath(handle) is not { } path)
            return true;
        above = above.TrimEnd('\\');
        return path.StartsWith(above, StringComparison.OrdinalIgnoreCase) && (path.Length == above.Length || path[above.Length] == '\\');
    }

    private static string? FinalPath(SafeFileHandle handle)
    {
        var buffer = new char[512];
        while (true)
        {
            uint length;
            fixed (char* p = buffer)
                length = Kernel32.GetFinalPath(handle, p, (uint)buffer.Length, 0);
            if (length == 0)
                return null;
            if (length < buffer.Length)
                return new string(buffer, 0, (int)length);
            buffer = new char[length + 1];
        }
    }

    /// <summary>The full path, after checking that no part of it leads elsewhere.</summary>
    private string Checked(LocalPath path, string doing)
    {
        var full = WindowsPath.Below(_root, path);
        return FindReparsePoint(path) is { } why ? throw Elsewhere(doing, path, why) : full;
    }

    private string? FindReparsePoint(LocalPath path)
    {
        if (!path.IsRoot && WindowsPath.MayBeAlias(path.Leaf) && IsAlias(path))
            return "it is the short name of another file";
        for (var parent = path.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            var full = WindowsPath.Below(_root, parent);
            var attributes = Kernel32.GetAttributes(full);
            if (attributes != Kernel32.NoAttributes && (attributes & Kernel32.AttributeReparsePoint) != 0 && LeadsElsewhere(full))
                return "a directory on the way is a symlink or junction";
            if (WindowsPath.MayBeAlias(parent.Leaf) && IsAlias(parent))
                return "a directory on the way is the short name of another one";
        }
        return null;
    }

    private static bool LeadsElsewhere(string full)
    {
        using var handle = Kernel32.CreateFile(full, Kernel32.ReadAttributes, Kernel32.ShareAll, 0, Kernel32.OpenExisting, Opening, 0);
        return handle.IsInvalid || WindowsStat.Of(handle) is not { Kind: FileKind.Directory };
    }

    private bool IsAlias(LocalPath path)
    {
        var full = WindowsPath.Below(_root, path);
        var buffer = new char[full.Length + 300];
        uint length;
        fixed (char* p = buffer)
            length = Kernel32.GetLongPath(full, p, (uint)buffer.Length);
        if (length == 0 || length > buffer.Length)
            return false;
        var name = buffer.AsSpan(0, (int)length);
        return !name[(name.LastIndexOf('\\') + 1)..].Equals(path.Leaf, StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsNotThere(int code) => code is WindowsErrors.NotFound or WindowsErrors.PathNotFound or WindowsErrors.InvalidName;

    private string Where(LocalPath path) => WindowsPath.WithoutPrefix(path.IsRoot ? _root : _root.TrimEnd('\\') + "\\" + path.Value.Replace('/', '\\'));

    private FileSystemException Failure(string doing, LocalPath path) => WindowsErrors.Failure(doing, Where(path));

    private FileSystemException Elsewhere(string doing, LocalPath path, string why) =>
        new(FileSystemError.Escapes, $"Can't {doing} '{DisplayName.Of(Where(path))}': {why}.");

    private FileSystemException NoSymlinks(string doing, LocalPath path) =>
        new(FileSystemError.NotSupported, $"Can't {doing} '{DisplayName.Of(Where(path))}': symlinks are not synced on Windows.");
}
