namespace FolderSync.Platform;

/// <summary>The C library's own heaps, which the collector does not see.</summary>
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
