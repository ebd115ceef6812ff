namespace FolderSync.Filesystem.Windows;

/// <summary>Paths as the Windows calls expect them: absolute, with the prefix that lifts the limit of 260 characters. Pure.</summary>
internal static class WindowsPath
{
    /// <param name="full">Absolute, with backslashes.</param>
    public static string Extended(string full) =>
        full.StartsWith(@"\\?\", StringComparison.Ordinal) ? full
        : full.StartsWith(@"\\", StringComparison.Ordinal) ? @"\\?\UNC\" + full[2..]
        : @"\\?\" + full;

    /// <summary>Behind the prefix Windows interprets nothing but '\', so every part must be a valid Windows name.</summary>
    /// <exception cref="FileSystemException">A part isn't a valid name.</exception>
    public static string Below(string extendedRoot, LocalPath path)
    {
        foreach (var range in path.Value.AsSpan().Split('/'))
        {
            if (WindowsNames.Validate(path.Value.AsSpan(range)) is { } why)
                throw new FileSystemException(FileSystemError.Other, why);
        }
        return path.IsRoot ? extendedRoot : extendedRoot.TrimEnd('\\') + "\\" + path.Value.Replace('/', '\\');
    }

    /// <summary>For display: without the prefix.</summary>
    public static string WithoutPrefix(string extended) =>
        extended.StartsWith(@"\\?\UNC\", StringComparison.Ordinal) ? @"\\" + extended[8..]
        : extended.StartsWith(@"\\?\", StringComparison.Ordinal) ? extended[4..]
        : extended;

    /// <summary>The path up to its first part that could be an alias, or null.</summary>
    /// <param name="path">With '/'.</param>
    public static string? FirstAlias(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
        {
            if (MayBeAlias(path.AsSpan(range)))
                return path[..range.End.GetOffset(path.Length)];
        }
        return null;
    }

    /// <summary>True when the name could be the 8.3 alias of another one (STIGNO~1).</summary>
    public static bool MayBeAlias(ReadOnlySpan<char> part)
    {
        var tilde = part.IndexOf('~');
        return tilde >= 0 && tilde + 1 < part.Length && char.IsAsciiDigit(part[tilde + 1]) && part.Length <= 12;
    }
}
