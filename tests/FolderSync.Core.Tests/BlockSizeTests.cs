using CsCheck;
using FolderSync.Core.Blocks;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class BlockSizeTests
{
    private const int KiB = 1 << 10;
    private const int MiB = 1 << 20;

    [Theory]
    [InlineData(0L, 128 * KiB)]
    [InlineData(1L, 128 * KiB)]
    [InlineData((2000L * 128 * KiB) - 1, 128 * KiB)]
    [InlineData(2000L * 128 * KiB, 256 * KiB)]
    [InlineData((2000L * 256 * KiB) - 1, 256 * KiB)]
    [InlineData(2000L * MiB, 2 * MiB)]
    [InlineData((2000L * 8 * MiB) - 1, 8 * MiB)]
    [InlineData(2000L * 8 * MiB, 16 * MiB)]
    [InlineData(2000L * 16 * MiB, 16 * MiB)]
    [InlineData(long.MaxValue, 16 * MiB)]
    public void Ideal_sizes(long size, int expected) => Assert.Equal(expected, BlockSize.For(size));

    [Theory]
    [InlineData(2000L * 128 * KiB, 128 * KiB, 128 * KiB)] // grew over one step: kept
    [InlineData(2000L * 256 * KiB, 128 * KiB, 512 * KiB)] // over two: anew
    [InlineData(1000L, 256 * KiB, 256 * KiB)] // shrank by one step: kept
    [InlineData(1000L, 512 * KiB, 128 * KiB)]
    [InlineData(1000L, 0, 128 * KiB)] // old peers send no block size
    [InlineData(2000L * 128 * KiB, 0, 128 * KiB)]
    [InlineData(2000L * 128 * KiB, 200 * KiB, 256 * KiB)] // not a block size
    [InlineData(long.MaxValue, 32 * MiB, 16 * MiB)]
    public void The_previous_size_is_kept_within_one_step(long size, int previous, int expected) =>
        Assert.Equal(expected, BlockSize.For(size, previous));

    [Fact]
    public void Always_valid_and_few_blocks() =>
        Gen.Select(Gen.Long[0, 1L << 50], Gen.Int).Sample((size, previous) =>
        {
            var ideal = BlockSize.For(size);
            return BlockSize.IsValid(ideal) && BlockSize.IsValid(BlockSize.For(size, previous)) &&
                   (ideal == BlockSize.Max || size / ideal < BlockSize.DesiredBlocks);
        });

    [Theory]
    [InlineData(128 * KiB, true)]
    [InlineData(16 * MiB, true)]
    [InlineData(64 * KiB, false)]
    [InlineData(32 * MiB, false)]
    [InlineData((128 * KiB) + 1, false)]
    [InlineData(0, false)]
    [InlineData(int.MinValue, false)]
    public void Validity(int size, bool valid) => Assert.Equal(valid, BlockSize.IsValid(size));
}
