using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace FolderSync.Platform;

/// <summary>
/// Opens a lock file in a directory where other users may write, too: a synced folder. Follows no link in the file's name or its directory's, writes to
/// nothing that has a second name, and replaces what another user put there. 64-bit Linux only.
/// </summary>
internal static class LockFile
{
    private const int MaxAttempts = 8;
    private const int SetFlags = 4;
    private const uint KindMask = 0xf000;
    private const uint RegularFile = 0x8000;
    private const uint OthersMayWrite = 0x12;

    private enum Finding
    {
        Own,
        Held,
        Foreign,
        NotAFile,
    }

    /// <summary>The locked file, or null if another process holds it.</summary>
    /// <exception cref="IOException">It can't be opened or created.</exception>
    public static SafeFileHandle? TryOpen(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var parent = Check(new SafeFileHandle(Libc.OpenAt(-1, directory, Libc.DirectoryOnly | Libc.NoFollow | Libc.CloseOnExec, 0), ownsHandle: true), directory);
        var (at, name) = ((int)parent.DangerousGetHandle(), Path.GetFileName(path));
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var file = Libc.OpenAt(at, name, Libc.ReadWrite | Libc.NoFollow | Libc.CloseOnExec | Libc.NonBlocking, 0);
            var error = Marshal.GetLastPInvokeError();
            if (file < 0 && error == Libc.NotFound)
            {
                file = Create(at, name);
                error = Marshal.GetLastPInvokeError();
                if (file < 0 && error == Libc.Exists)
                    continue;
            }
            if (file < 0 && error != Libc.Loop)
                throw Failure(error, path);
            if (file >= 0)
            {
                var handle = new SafeFileHandle(file, ownsHandle: true);
                switch (Judge(file))
                {
                    case Finding.Own:
                    case Finding.Foreign when !KeepsOwners(at, name):
                        return handle;
                    case Finding.Held:
                        handle.Dispose();
                        return null;
                    default:
                        handle.Dispose();
                        break;
                }
            }
            if (Libc.Unlink(at, name, 0) != 0 && Marshal.GetLastPInvokeError() != Libc.NotFound)
                throw Failure(Marshal.GetLastPInvokeError(), path);
        }
        throw new IOException($"'{path}' is put back by somebody again and again.");
    }

    private static int Create(int directory, string name) =>
        Libc.OpenAt(directory, name, Libc.ReadWrite | Libc.Create | Libc.Exclusive | Libc.NoFollow | Libc.CloseOnExec, (uint)OwnerOnlyFile.Mode);

    /// <summary>Locks it, unless it is no file of one name.</summary>
    private static Finding Judge(int file)
    {
        if (Libc.Facts(file) is not { } facts || (facts.Mode & KindMask) != RegularFile || facts.Links != 1)
            return Finding.NotAFile;
        _ = Libc.Control(file, SetFlags, 0);
        if (Libc.Lock(file, Libc.LockNow) != 0 && Marshal.GetLastPInvokeError() == Libc.TryAgain)
            return Finding.Held;
        return IsOwn(facts) ? Finding.Own : Finding.Foreign;
    }

    private static bool IsOwn((uint Links, uint Owner, uint Mode) facts) => facts.Owner == Libc.EffectiveUser() && (facts.Mode & OthersMayWrite) == 0;

    /// <summary>False on a filesystem that shows the same owner and mode for every file, such as FAT: there they tell nothing.</summary>
    private static bool KeepsOwners(int directory, string name)
    {
        var probe = $"{name}.{Environment.ProcessId}";
        _ = Libc.Unlink(directory, probe, 0);
        var file = Create(directory, probe);
        if (file < 0)
            return true;
        var keeps = Libc.Facts(file) is not { } facts || IsOwn(facts);
        _ = Libc.Close(file);
        _ = Libc.Unlink(directory, probe, 0);
        return keeps;
    }

    private static SafeFileHandle Check(SafeFileHandle opened, string path) => opened.IsInvalid ? throw Failure(Marshal.GetLastPInvokeError(), path) : opened;

    private static IOException Failure(int error, string path) => new($"'{path}': {Marshal.GetPInvokeErrorMessage(error)}");
}
