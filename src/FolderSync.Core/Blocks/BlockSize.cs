using System.Numerics;

namespace FolderSync.Core.Blocks;

/// <summary>Chooses the block size of a file by the rule that all BEP peers share: equal files must have equal blocks.</summary>
public static class BlockSize
{
    /// <summary>128 KiB.</summary>
    public const int Min = 128 << 10;

    /// <summary>16 MiB.</summary>
    public const int Max = 16 << 20;

    /// <summary>A file should have fewer blocks than this, as far as <see cref="Max"/> allows.</summary>
    public const int DesiredBlocks = 2000;

    /// <summary>Bytes in a block of a file of <paramref name="size"/> bytes.</summary>
    /// <param name="size">Bytes.</param>
    /// <param name="previous">
    /// What the file had until now. It is kept while it is half or twice the ideal, so that a file that grows over a step keeps
    /// the blocks that others have. Below 128 KiB (old peers send 0) it means 128 KiB.
    /// </param>
    public static int For(long size, int? previous = null)
    {
        var ideal = Min;
        while (ideal < Max && size >= (long)ideal * DesiredBlocks)
            ideal *= 2;
        if (previous is not { } had)
            return ideal;
        had = Math.Max(had, Min);
        return IsValid(had) && (had == ideal * 2 || ideal == had * 2) ? had : ideal;
    }

    /// <summary>A power of two from 128 KiB to 16 MiB.</summary>
    public static bool IsValid(int size) => size is >= Min and <= Max && BitOperations.IsPow2(size);
}
