using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace FolderSync.IntegrationTests.Faults;

/// <summary>A system call in strace's output, with the paths it concerns: those of its handles, and its own.</summary>
/// <param name="Named">What identifies it: the absolute path of its handle, or the (first) name as the call has it.</param>
internal sealed partial record SystemCall(string Name, string Named, ImmutableArray<string> Paths, string Line)
{
    /// <summary>Calls that change a disk, and openat and ioctl, of which only some do. 6.1 knows no fchmodat2.</summary>
    public const string Traced =
        "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,ftruncate,truncate," +
        "fallocate,fsync,fdatasync,syncfs,sync_file_range,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr," +
        "lremovexattr,fremovexattr,copy_file_range,sendfile,ioctl,symlink,symlinkat,mknodat";

    /// <summary>Whether it would change something on the disk.</summary>
    public bool Mutates => Name switch
    {
        "openat" or "open" => Line.Contains("O_CREAT", StringComparison.Ordinal) || Line.Contains("O_TRUNC", StringComparison.Ordinal),
        "ioctl" => Line.Contains("FICLONE", StringComparison.Ordinal),
        _ => true,
    };

    /// <summary>Set in the output where strace put its fault in the call's place.</summary>
    public bool IsInjected => Line.Contains("(INJECTED)", StringComparison.Ordinal);

    /// <summary>Null for lines that are no call, such as a call's second half.</summary>
    public static SystemCall? Parse(string line)
    {
        if (Start().Match(line) is not { Success: true } start)
            return null;
        var arguments = line[start.Length..];
        var handles = Handle().Matches(arguments).Select(m => m.Groups[1].Value);
        var names = Text().Matches(arguments).Select(m => m.Groups[1].Value);
        var name = start.Groups[1].Value;
        // What is written is no path.
        if (name.Contains("write", StringComparison.Ordinal))
            names = [];
        ImmutableArray<string> paths = [.. handles, .. names];
        // A name with its own handle stands behind it; a symlink's text comes first.
        var named = name.StartsWith("symlink", StringComparison.Ordinal) ? paths.LastOrDefault() : names.FirstOrDefault() ?? handles.FirstOrDefault();
        return named is null ? null : new SystemCall(name, named, paths, line);
    }

    [GeneratedRegex(@"^\d+\s+([a-z0-9_]+)\(")]
    private static partial Regex Start();

    [GeneratedRegex(@"(?:\d+|AT_FDCWD)<(/[^>]*)>")]
    private static partial Regex Handle();

    [GeneratedRegex(@"""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Text();
}
