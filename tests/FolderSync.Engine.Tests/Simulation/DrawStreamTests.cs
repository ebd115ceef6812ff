using FolderSync.Simulator.Histories;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

public sealed class DrawStreamTests
{
    /// <summary>Recorded seeds keep their meaning.</summary>
    [Fact]
    public void It_draws_what_a_seeded_Random_draws()
    {
        var (stream, random) = (new DrawStream(5), new Random(5));
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(random.Next(20), stream.Next(20));
            Assert.Equal(random.Next(-100_000, 100_000), stream.Next(-100_000, 100_000));
            Assert.Equal(random.NextInt64(), stream.NextInt64());
            Assert.Equal(random.Next(), stream.Next());
            Assert.Equal(random.NextDouble(), stream.NextDouble());
        }
    }

    [Fact]
    public void A_position_gives_the_same_draws_from_wherever_it_is_sought()
    {
        var stream = new DrawStream(5);
        for (var i = 0; i < 100; i++)
            stream.NextInt64();
        var at = stream.Position;
        Assert.True(at >= 300);
        List<int> drawn = [stream.Next(1000), stream.Next(1000)];
        stream.Seek(at);
        Assert.Equal(drawn, [stream.Next(1000), stream.Next(1000)]);
        stream.Seek(0);
        stream.Seek(at + 1);
        Assert.Equal(drawn[1], stream.Next(1000));
    }
}
