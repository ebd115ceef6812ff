using FolderSync.Filesystem.Unix;
using FolderSync.Filesystem.Windows;

namespace FolderSync.Filesystem.Local;

/// <summary>Opens folders on this computer's disks.</summary>
public sealed class FileSystems : IFileSystems
{
    /// <exception cref="PlatformNotSupportedException">Neither 64-bit Linux nor Windows.</exception>
    public IFileSystem Open(string root) => OperatingSystem.IsWindows()
        ? new WindowsFileSystem(root)
        : new UnixFileSystem(root, TimeProvider.System, BeneathResolver.KernelResolves);
}
