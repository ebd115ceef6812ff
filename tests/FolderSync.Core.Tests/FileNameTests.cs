using System.Text;
using CsCheck;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class FileNameTests
{
    private static readonly Gen<FileName> Names =
        Gen.OneOf("a", "b", "-", ".", "/", "é", "日", "\uE000", "\uFFFD", "😀", "\U0010FFFD", "\x01", "~")
            .Array[1, 8]
            .Select(parts => FileName.TryParse(string.Concat(parts), out var name, out _) ? name : FileName.Parse("a"));

    [Fact]
    public void Order_is_that_of_the_bytes_with_the_slash_first() => Gen.Select(Names, Names).Sample((a, b) =>
        Math.Sign(a.CompareTo(b)) == Math.Sign(Bytes(a).AsSpan().SequenceCompareTo(Bytes(b))));

    [Fact]
    public void A_directory_comes_directly_before_what_is_in_it() => Gen.Select(Names, Names, Names).Sample((directory, leaf, other) =>
    {
        var child = FileName.Parse(directory.Value + "/" + leaf.Value);
        Assert.True(child.IsUnder(directory));
        Assert.True(directory.CompareTo(child) < 0);
        if (directory.CompareTo(other) < 0 && other.CompareTo(child) < 0)
            Assert.True(other.IsUnder(directory));
    });

    [Theory]
    [InlineData("a", true)]
    [InlineData("a/b/c", true)]
    [InlineData("...", true)]
    [InlineData("a\nb", true)]
    [InlineData("C:x", true)]
    [InlineData("", false)]
    [InlineData("/", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("a//b", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a/../b", false)]
    [InlineData("a/.", false)]
    [InlineData("../x", false)]
    [InlineData("a\0b", false)]
    [InlineData("e\u0301", false)]
    public void Clean_names(string value, bool clean)
    {
        Assert.Equal(clean, FileName.TryParse(value, out var name, out var why));
        Assert.Equal(clean, why is null);
        Assert.Equal(clean ? value : "", name.Value);
    }

    [Fact]
    public void Parts()
    {
        var name = FileName.Parse("a/b/c");
        Assert.Equal("c", name.Leaf);
        Assert.Equal("a/b", name.Parent.Value);
        Assert.True(name.Parent.Parent.Parent.IsRoot);
        Assert.Equal(name, name.Parent.Child("c"));
        Assert.Equal("x", default(FileName).Child("x").Value);
        Assert.False(FileName.Parse("ab").IsUnder(FileName.Parse("a")));
        Assert.False(name.IsUnder(name));
        Assert.True(name.IsUnder(default));
    }

    private static byte[] Bytes(FileName name) => [.. Encoding.UTF8.GetBytes(name.Value).Select(b => b == '/' ? (byte)0 : b)];
}
