using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>Removes a directory if everything left in it may go.</summary>
internal sealed class DirectoryRemoval(IFileSystem disk, ApplierOptions options)
{
    private const int MaxNamed = 5;

    /// <summary>Null when it is gone, otherwise the reason why not.</summary>
    public ApplyResult? Remove(ApplyStep step, LocalPath directory)
    {
        var going = new List<(LocalPath Path, bool IsDirectory)>();
        var unknown = new List<FileName>();
        var kept = new List<string>();
        Judge(directory, going, unknown, kept);
        if (unknown.Count > 0)
            return new ApplyResult.LocallyChanged(step, unknown);
        if (kept.Count > 0)
        {
            var more = kept.Count > MaxNamed ? $" and {kept.Count - MaxNamed} more" : "";
            return new ApplyResult.Failed(step, new FileProblem(directory.Value,
                $"The directory '{directory}' was deleted by another device and stays here because it still holds " +
                $"{string.Join(", ", kept.Take(MaxNamed).Select(k => $"'{k}'"))}{more}.", FileSystemError.NotEmpty));
        }
        try
        {
            foreach (var (path, isDirectory) in going)
            {
                if (isDirectory)
                    disk.RemoveDirectory(path);
                else
                    disk.RemoveFile(path);
            }
            disk.RemoveDirectory(directory);
            return null;
        }
        catch (FileSystemException e) when (e.Error == FileSystemError.NotEmpty)
        {
            return new ApplyResult.LocallyChanged(step, [step.Target.Name]);
        }
    }

    /// <summary>Classifies everything below; <paramref name="going"/> lists children before their directory.</summary>
    private void Judge(LocalPath directory, List<(LocalPath, bool)> going, List<FileName> unknown, List<string> kept)
    {
        foreach (var child in disk.List(directory).OrderBy(c => c.Leaf ?? c.DisplayName, StringComparer.Ordinal))
        {
            if (child.Leaf is not { } leaf || !FileName.TryParse(directory.Child(leaf).Value, out var name, out _))
            {
                kept.Add(child.DisplayName);
                continue;
            }
            var path = directory.Child(leaf);
            var isDirectory = child.Stat.Kind == FileKind.Directory;
            if (InternalNames.IsTemporary(leaf))
            {
                if (TempName.IsDisposable(leaf) && !isDirectory)
                    going.Add((path, false));
                else
                    kept.Add(leaf);
                continue;
            }
            if (child.Stat.Kind == FileKind.Other && options.LeftoverOf(name, isDirectory) != Leftover.Deletable)
            {
                // No scan would ever bring it into the index.
                kept.Add($"{leaf} (a pipe, socket or device)");
                continue;
            }
            switch (options.LeftoverOf(name, isDirectory))
            {
                case Leftover.Deletable:
                    if (isDirectory)
                        Judge(path, going, unknown, kept);
                    going.Add((path, isDirectory));
                    break;
                case Leftover.Kept:
                    kept.Add(leaf);
                    break;
                default:
                    unknown.Add(name);
                    break;
            }
        }
    }
}
