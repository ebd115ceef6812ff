using System.Text;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class InternalNamesTests
{
    [Theory]
    [InlineData(".stfolder")]
    [InlineData(".stfolder/x")]
    [InlineData(".stignore")]
    [InlineData(".stversions/a/b.txt")]
    [InlineData(".STIGNORE")]
    [InlineData(".StVersions/x")]
    [InlineData("STIGNO~1")]
    [InlineData("stfold~2/x")]
    [InlineData("ST1A2B~1")]
    [InlineData(".stignore::$DATA")]
    [InlineData(".stignore:x")]
    [InlineData(".stignore. .")]
    [InlineData(".stversions./a")]
    [InlineData(".st\u200Cignore")]
    [InlineData("\uFEFF.stignore")]
    [InlineData(".\u017Ftignore")]
    [InlineData(".\uFB06ignore")]
    [InlineData(".foldersync.a.tmp")]
    [InlineData("d/e/.foldersync.a.txt.tmp")]
    [InlineData("d/.FolderSync.a.TMP")]
    [InlineData("d/.foldersync.a.tmp. ")]
    [InlineData("d/.foldersync.a.tmp::$DATA")]
    [InlineData(".syncthing.a.tmp")]
    [InlineData(".syncthing.a:b.tmp")]
    [InlineData("d/~syncthing~a.tmp")]
    public void Internal(string name) => Assert.True(InternalNames.IsInternal(FileName.Parse(name)));

    [Theory]
    [InlineData("a/.stignore")]
    [InlineData("a/.stfolder/x")]
    [InlineData(".stignore2")]
    [InlineData(".stfolders")]
    [InlineData("stignore")]
    [InlineData(".stglobalignore")]
    [InlineData("STIGNO~x")]
    [InlineData("ST2X4B~1")]
    [InlineData("storage~1")]
    [InlineData(".syncthing.conf")]
    [InlineData(".foldersync.yaml")]
    [InlineData("a.foldersync.b.tmp")]
    [InlineData(".foldersync.a.tmp/x")]
    [InlineData(":.stignore")]
    [InlineData("a.tmp")]
    public void Not_internal(string name) => Assert.False(InternalNames.IsInternal(FileName.Parse(name)));

    [Fact]
    public void Temporary_leaf()
    {
        Assert.Equal(".foldersync.a.txt.tmp", InternalNames.TemporaryLeaf("a.txt"));
        var leaves = new[] { "a", new string('a', 127), new string('a', 128), new string('a', 255), new string('日', 85), new string('日', 84) + "b" };
        foreach (var leaf in leaves)
        {
            var temporary = InternalNames.TemporaryLeaf(leaf);
            Assert.True(InternalNames.IsTemporary(temporary));
            Assert.InRange(Encoding.UTF8.GetByteCount(temporary), 1, 143);
            Assert.Equal(temporary, InternalNames.TemporaryLeaf(leaf));
        }
        Assert.Equal(leaves.Length, leaves.Select(InternalNames.TemporaryLeaf).Distinct().Count());
    }
}
