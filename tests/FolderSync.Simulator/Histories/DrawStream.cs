namespace FolderSync.Simulator.Histories;

/// <summary>
/// A seed's stream of draws, equal to <c>new Random(seed)</c>, with a seekable position: what is drawn after an operation doesn't depend on whether
/// the earlier operations are still there.
/// </summary>
internal sealed class DrawStream(int seed) : Random
{
    private Random _draws = new(seed);

    /// <summary>The number of draws; one that uses several of the generator's numbers counts as several.</summary>
    public long Position { get; private set; }

    public void Seek(long position)
    {
        if (position < Position)
            (_draws, Position) = (new Random(seed), 0);
        while (Position < position)
            Next();
    }

    public override int Next()
    {
        Position++;
        return _draws.Next();
    }

    public override int Next(int maxValue)
    {
        Position++;
        return _draws.Next(maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        // A wider range uses two numbers.
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)maxValue - minValue, int.MaxValue);
        Position++;
        return _draws.Next(minValue, maxValue);
    }

    /// <summary>Composed of three numbers, as in a seeded Random.</summary>
    public override long NextInt64()
    {
        while (true)
        {
            var value = (ulong)(uint)Next(1 << 22) | ((ulong)(uint)Next(1 << 22) << 22) | ((ulong)(uint)Next(1 << 20) << 44);
            if (value >> 1 is var positive && positive != long.MaxValue)
                return (long)positive;
        }
    }

    public override double NextDouble()
    {
        Position++;
        return _draws.NextDouble();
    }

    public override long NextInt64(long maxValue) => throw new NotSupportedException();

    public override long NextInt64(long minValue, long maxValue) => throw new NotSupportedException();

    public override void NextBytes(byte[] buffer) => throw new NotSupportedException();

    public override void NextBytes(Span<byte> buffer) => throw new NotSupportedException();
}
