using System.Runtime.InteropServices;

namespace FolderSync.Filesystem.Unix;

/// <summary>An open file descriptor that is closed once, after the last call that uses it.</summary>
internal sealed class Descriptor : SafeHandle
{
    public Descriptor(int fd) : base(-1, ownsHandle: true) => SetHandle(fd);

    public override bool IsInvalid => handle == -1;

    /// <summary>Keeps the descriptor open until the lease is disposed.</summary>
    public Lease Use()
    {
        var added = false;
        DangerousAddRef(ref added);
        return new Lease(this, (int)handle);
    }

    protected override bool ReleaseHandle()
    {
        // Linux frees the number whatever close() returns: closing again could hit another file.
        _ = Libc.Close((int)handle);
        return true;
    }

    public readonly ref struct Lease(Descriptor owner, int fd)
    {
        public int Fd => fd;

        public void Dispose() => owner?.DangerousRelease();
    }
}
