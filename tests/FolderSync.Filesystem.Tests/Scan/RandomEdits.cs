using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Tests.Scan;

/// <summary>Makes random edits through the filesystem interface, so that a simulated and a real disk get the same ones.</summary>
internal sealed class RandomEdits(IFileSystem fs, Random random)
{
    private static readonly string[] Leaves = ["a", "a b", "a!", "b", "\u00E9", "\U0001F600", "\uFF21"];

    /// <summary>The names touched since the set was last cleared.</summary>
    public HashSet<string> Touched { get; } = new(StringComparer.Ordinal);

    public void Edit()
    {
        var path = RandomPath();
        try
        {
            switch (random.Next(10))
            {
                case 0 or 1 or 2:
                    MakeParents(path);
                    Write(path);
                    break;
                case 3:
                    MakeParents(path);
                    fs.CreateDirectory(path, 0x1ED);
                    break;
                case 4:
                    MakeParents(path);
                    fs.CreateSymlink(path, Leaves[random.Next(Leaves.Length)]);
                    break;
                case 5:
                    var to = RandomPath();
                    Touch(to);
                    fs.Rename(path, to, RenameMode.Replace);
                    break;
                case 6 or 7:
                    Remove(path);
                    break;
                case 8 when fs.Stat(path) is { Kind: not FileKind.Symlink }:
                    fs.SetPermissions(path, random.Next(2) == 0 ? 0x1C0u : 0x1EDu);
                    break;
                case 9:
                    fs.SetModified(path, new FileTime(random.Next(1_000_000), random.Next(1_000_000_000)));
                    break;
            }
        }
        catch (FileSystemException)
        {
            // The edit is impossible in the present state: skip it.
        }
        Touch(path);
    }

    private LocalPath RandomPath()
    {
        var path = LocalPath.Root;
        for (var depth = random.Next(1, 4); depth > 0; depth--)
            path = path.Child(Leaves[random.Next(Leaves.Length)]);
        return path;
    }

    private void Touch(LocalPath path) => Touched.Add(path.Value);

    private void MakeParents(LocalPath path)
    {
        if (path.Parent.IsRoot || fs.Stat(path.Parent) is { Kind: FileKind.Directory })
            return;
        MakeParents(path.Parent);
        Touch(path.Parent);
        fs.CreateDirectory(path.Parent, 0x1ED);
    }

    private void Write(LocalPath path)
    {
        var content = new byte[random.Next(3) == 0 ? 0 : random.Next(200)];
        random.NextBytes(content);
        using var file = fs.OpenWrite(path, create: true);
        file.SetLength(content.Length);
        file.Write(content, 0);
        file.SetPermissions(0x1A4);
    }

    private void Remove(LocalPath path)
    {
        if (fs.Stat(path) is not { Kind: FileKind.Directory })
        {
            fs.RemoveFile(path);
            return;
        }
        foreach (var child in fs.List(path))
            Remove(path.Child(child.Leaf!));
        fs.RemoveDirectory(path);
    }
}
