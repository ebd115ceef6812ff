using CsCheck;
using FolderSync.Configuration.Schema;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("90s", 90L)]
    [InlineData("30 min", 1800L)]
    [InlineData("1.5h", 5400L)]
    [InlineData("7 days", 604800L)]
    [InlineData("0s", 0L)]
    [InlineData("0.5s", null)]
    [InlineData("0.0001h", null)]
    [InlineData("1.5s", null)]
    [InlineData("90", null)]
    [InlineData("h", null)]
    [InlineData("-1h", null)]
    [InlineData("1,5h", null)]
    [InlineData("1h30m", null)]
    [InlineData("1e3s", null)]
    [InlineData("99999999999999999999999999999999d", null)]
    [InlineData("", null)]
    public void Durations(string text, long? seconds) => Assert.Equal(seconds, Quantity.ParseDuration(text));

    [Theory]
    [InlineData("64 MiB", 64L << 20)]
    [InlineData("5GB", 5_000_000_000L)]
    [InlineData("1.5 kB", 1500L)]
    [InlineData("1 KB", 1000L)]
    [InlineData("999999999 TiB", null)]
    [InlineData("12", null)]
    [InlineData("12 miles", null)]
    [InlineData(".", null)]
    public void Sizes(string text, long? bytes) => Assert.Equal(bytes, Quantity.ParseSize(text));

    [Theory]
    [InlineData("2 MiB/s", 2048)]
    [InlineData("1 B/s", 1)]
    [InlineData("0 B/s", 1)]
    [InlineData("5000 TiB/s", int.MaxValue)]
    [InlineData("2 MiB", null)]
    public void A_rate_is_never_rounded_to_no_limit(string text, int? kib) => Assert.Equal(kib, Quantity.ParseRate(text));

    [Theory]
    [InlineData("off", 0d, false)]
    [InlineData("0", 0d, false)]
    [InlineData("1.5%", 1.5, false)]
    [InlineData("5 GB", 5e9, true)]
    public void A_part_of_the_disk(string text, double amount, bool isBytes) => Assert.Equal((amount, isBytes), Quantity.ParseFree(text));

    [Theory]
    [InlineData("101%")]
    [InlineData("-1%")]
    [InlineData("NaN%")]
    [InlineData("-Infinity%")]
    [InlineData("Infinity%")]
    [InlineData("5")]
    [InlineData("")]
    public void What_is_none(string text) => Assert.Null(Quantity.ParseFree(text));

    [Fact]
    public void What_is_written_is_read_as_the_same()
    {
        Gen.Long[0, long.MaxValue / 2].Sample(bytes => Quantity.ParseSize(Quantity.Size(bytes % 1_000_000_000)) == bytes % 1_000_000_000);
        Gen.Long[0, 999_999_999].Sample(seconds => Quantity.ParseDuration(Quantity.Duration(seconds, "off") is "off" ? "0s" : Quantity.Duration(seconds, null)) == seconds);
        Gen.Int[1, 999_999_999].Sample(kib => Quantity.ParseRate(Quantity.Rate(kib)) == kib);
    }
}
