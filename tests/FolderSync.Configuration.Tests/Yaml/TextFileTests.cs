using FolderSync.Configuration.Yaml;
using Xunit;

namespace FolderSync.Configuration.Tests.Yaml;

public sealed class TextFileTests
{
    [Fact]
    public void Text_is_read_as_it_stands_with_its_byte_order_mark() => Assert.Equal("\uFEFFä\r\n", TextFile.Decode("f", [0xef, 0xbb, 0xbf, 0xc3, 0xa4, 0x0d, 0x0a]));

    [Theory]
    [InlineData(new byte[] { 0xff, 0xfe, 0x61, 0 }, 0, 0)]
    [InlineData(new byte[] { 0xfe, 0xff, 0, 0x61 }, 0, 0)]
    [InlineData(new byte[] { 0xe4 }, 1, 1)]
    [InlineData(new byte[] { 0x61, 0x0a, 0xc3, 0xa4, 0x62, 0xe4 }, 2, 3)]
    [InlineData(new byte[] { 0x61, 0x0a, 0xc3 }, 2, 1)]
    // Half of a surrogate pair, and a longer form than is needed.
    [InlineData(new byte[] { 0xed, 0xa0, 0x80 }, 1, 1)]
    [InlineData(new byte[] { 0xc0, 0xaf }, 1, 1)]
    public void What_is_no_text_is_refused_where_it_begins(byte[] bytes, int line, int column)
    {
        var refused = Assert.Throws<ConfigException>(() => TextFile.Decode("f", bytes));
        Assert.Equal((line, column), (refused.First.Line, refused.First.Column));
    }
}
