using CsCheck;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class VersionVectorTests
{
    internal static readonly Gen<VersionVector> Vectors =
        Gen.Select(Gen.ULong[1, 4], Gen.ULong[0, 3], (d, v) => new Counter(new ShortId(d), v)).Array[0, 5].Select(VersionVector.Of);

    private static readonly Gen<ShortId> Devices = Gen.ULong[1, 5].Select(d => new ShortId(d));

    [Fact]
    public void Counters_are_sorted_without_doubles_and_zeros() => Vectors.Sample(v =>
    {
        Assert.Equal(v.Counters.Select(c => c.Device).Distinct().Order(), v.Counters.Select(c => c.Device));
        Assert.DoesNotContain(v.Counters, c => c.Value == 0);
        Assert.Equal(v, VersionVector.Of(v.Counters.Reverse()));
    });

    [Fact]
    public void Merge_is_the_least_upper_bound() => Gen.Select(Vectors, Vectors, Vectors).Sample((a, b, c) =>
    {
        var merged = a.Merge(b);
        Assert.True(merged.Covers(a) && merged.Covers(b));
        Assert.True(!(c.Covers(a) && c.Covers(b)) || c.Covers(merged));
        Assert.Equal(merged, b.Merge(a));
        Assert.Equal(merged.Merge(c), a.Merge(b.Merge(c)));
        Assert.Equal(a, a.Merge(a));
    });

    [Fact]
    public void Compare_is_the_order_of_counters_and_antisymmetric() => Gen.Select(Vectors, Vectors).Sample((a, b) =>
    {
        var devices = Enumerable.Range(1, 5).Select(d => new ShortId((ulong)d)).ToList();
        var (over, under) = (devices.Any(d => a[d] > b[d]), devices.Any(d => a[d] < b[d]));
        var order = a.Compare(b);
        Assert.Equal(over && under, a.IsConcurrentWith(b));
        Assert.Equal(!under, a.Covers(b));
        Assert.Equal(!over && !under, a == b);
        Assert.Equal(
            order switch
            {
                VectorOrder.Newer => VectorOrder.Older,
                VectorOrder.Older => VectorOrder.Newer,
                VectorOrder.ConcurrentGreater => VectorOrder.ConcurrentLesser,
                VectorOrder.ConcurrentLesser => VectorOrder.ConcurrentGreater,
                _ => VectorOrder.Equal,
            },
            b.Compare(a));
        if (over && under)
        {
            var first = devices.First(d => a[d] != b[d]);
            Assert.Equal(a[first] > b[first] ? VectorOrder.ConcurrentGreater : VectorOrder.ConcurrentLesser, order);
        }
    });

    [Fact]
    public void Raise_dominates() => Gen.Select(Vectors, Devices, Gen.Long[-5, 5]).Sample((v, device, time) =>
    {
        var raised = v.Raise(device, time);
        Assert.Equal(VectorOrder.Newer, raised.Compare(v));
        Assert.Equal(Math.Max(v[device] + 1, (ulong)Math.Max(time, 0)), raised[device]);
        Assert.Equal(raised, VersionVector.Of(raised.Counters));
        Assert.All(v.Counters.Where(c => c.Device != device), c => Assert.Equal(c.Value, raised[c.Device]));
    });

    [Fact]
    public void A_merged_and_raised_vector_dominates_both() => Gen.Select(Vectors, Vectors, Devices).Sample((a, b, device) =>
    {
        var raised = a.Merge(b).Raise(device, 0);
        return raised.Compare(a) == VectorOrder.Newer && raised.Compare(b) == VectorOrder.Newer;
    });
}
