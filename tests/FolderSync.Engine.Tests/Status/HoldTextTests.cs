using FolderSync.Core.Model;
using FolderSync.Engine.Status;
using Xunit;

namespace FolderSync.Engine.Tests.Status;

/// <summary>What is said about held changes.</summary>
public sealed class HoldTextTests
{
    [Theory]
    [InlineData(true, 300, 300, 2, "300 of 1,200 files were replaced on laptop, nas at once. Nothing more of that is carried out here until you decide.")]
    [InlineData(true, 300, 200, 1, "300 of 1,200 files were replaced or deleted on laptop at once. Nothing more of that is carried out here until you decide.")]
    [InlineData(true, 300, 0, 0, "300 of 1,200 files were deleted on another device at once. Nothing more of that is carried out here until you decide.")]
    [InlineData(false, 300, 0, 0, "300 of 1,200 files were deleted here at once. This is held until you decide.")]
    public void Table(bool incoming, long files, long replaced, int devices, string text)
    {
        var hold = new ChangeHold(incoming, files, 1200, [], default) { Replaced = replaced, Devices = [.. Enumerable.Range(1, devices).Select(Device)] };
        Assert.Equal(text, HoldText.Explain(hold, d => d == Device(1) ? "laptop" : "nas"));
        Assert.Contains(incoming ? "take them back" : "restore the files", HoldText.Advise(hold), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mount_that_hides_files_is_said_as_it_is()
    {
        var hold = new ChangeHold(false, 3, 5, [], default, "The filesystem that was mounted at 'disk' isn't mounted now.");
        Assert.Equal("The filesystem that was mounted at 'disk' isn't mounted now. Its 3 files are not taken for deleted until you decide.", HoldText.Explain(hold, _ => ""));
        Assert.StartsWith("Mount it again", HoldText.Advise(hold), StringComparison.Ordinal);
    }

    private static DeviceId Device(int n) => new([.. Enumerable.Repeat((byte)n, DeviceId.Length)]);
}
