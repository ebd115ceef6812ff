namespace FolderSync.Platform;

/// <summary>The C library's own heap, which the garbage collector doesn't see.</summary>
public static class NativeHeap
{
    /// <summary>Returns free memory to the system (glibc; elsewhere nothing).</summary>
    public static void Trim()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Libc.TrimHeap(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Other C libraries have no such call.
        }
    }
}
