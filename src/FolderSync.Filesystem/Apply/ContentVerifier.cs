using System.Security.Cryptography;
using FolderSync.Core.Model;

namespace FolderSync.Filesystem.Apply;

/// <summary>
/// Where a disk has no change times, equal size and mtime don't prove that a file holds what the index says. So the content is read before it would
/// be discarded; if it differs, it is kept as a conflict copy.
/// </summary>
internal sealed class ContentVerifier(IFileSystem disk)
{
    public ApplyStep Protect(ApplyStep step)
    {
        if (step is ApplyStep.SetMetadata or { Displaced: not ActionForExisting.Discard } || step.Expected is not { IsFile: true, Blocks: { } blocks } expected)
            return step;
        try
        {
            var path = LocalPath.Of(expected.Name);
            return disk.Stat(path) is { Kind: FileKind.File, ChangeTime: 0 } stat && stat.Size == expected.Size && !Matches(path, blocks)
                ? step with { Displaced = ActionForExisting.Conflict }
                : step;
        }
        catch (FileSystemException)
        {
            // Unreadable content proves nothing.
            return step with { Displaced = ActionForExisting.Conflict };
        }
    }

    private bool Matches(LocalPath path, BlockList blocks)
    {
        using var file = disk.OpenRead(path);
        var buffer = new byte[blocks.BlockSize];
        Span<byte> hash = stackalloc byte[BlockHash.Length];
        foreach (var block in Enumerable.Range(0, blocks.Count).Select(i => blocks[i]))
        {
            var bytes = buffer.AsSpan(0, block.Size);
            if (file.Read(bytes, block.Offset) != block.Size)
                return false;
            SHA256.HashData(bytes, hash);
            if (new BlockHash(hash) != block.Hash)
                return false;
        }
        return true;
    }
}
