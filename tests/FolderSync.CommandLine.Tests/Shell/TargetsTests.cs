using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.CommandLine.Tests.Shell;

public sealed class TargetsTests
{
    private static readonly string A = new DeviceId([.. Enumerable.Range(1, 32).Select(i => (byte)i)]).ToString();
    private static readonly string B = new DeviceId([.. Enumerable.Range(51, 32).Select(i => (byte)i)]).ToString();
    private static readonly string C = new DeviceId([.. Enumerable.Range(101, 32).Select(i => (byte)i)]).ToString();

    private static readonly ConfiguredFolder[] Folders =
    [
        new() { Id = "docs", Label = "My docs", Path = Path.GetFullPath("/data/docs/") }, new() { Id = "photos", Label = "All", Path = Path.GetFullPath("/data/photos") },
        new() { Id = "old", Label = "All" }, new() { Id = "All of it", Label = "docs" },
    ];

    private static readonly ConfiguredDevice[] Devices = [new() { DeviceId = A, Name = "phone" }, new() { DeviceId = B, Name = "" }, new() { DeviceId = C, Name = "nas" }];

    [Theory]
    [InlineData("docs", "docs")]
    [InlineData("My docs", "docs")]
    [InlineData("/data/photos/", "photos")]
    [InlineData("/data/x/../docs", "docs")]
    [InlineData("All of it", "All of it")]
    public void A_folder_is_meant_by_its_id_its_label_or_its_path(string word, string id) => Assert.Equal(id, Targets.Folder(word, Folders).Id);

    [Theory]
    [InlineData("All", "Give an ID: photos, old.")]
    [InlineData("doc", "Did you mean 'docs'?")]
    [InlineData("nothing like it", "There are: docs, photos, old, All of it.")]
    [InlineData("", "There is no folder ''.")]
    public void A_word_that_means_no_folder_or_several_is_told(string word, string told) =>
        Assert.Contains(told, Assert.Throws<CliException>(() => Targets.Folder(word, Folders)).Message, StringComparison.Ordinal);

    [Fact]
    public void Where_there_is_none_it_is_told_how_to_share_one() =>
        Assert.Contains("foldersync share", Assert.Throws<CliException>(() => Targets.Folder("docs", [])).Message, StringComparison.Ordinal);

    [Fact]
    public void A_device_is_meant_by_its_name_or_its_id()
    {
        Assert.Equal(A, Targets.Device("Phone", Devices).DeviceId);
        Assert.Equal(B, Targets.Device(B.ToLowerInvariant(), Devices).DeviceId);
        Assert.Equal(C, Targets.Device(C.Replace("-", "", StringComparison.Ordinal), Devices).DeviceId);
    }

    /// <summary>A script's variable that is not set would name the one device that has no name, and unpair it.</summary>
    [Fact]
    public void An_empty_word_is_no_devices_name() =>
        Assert.Contains("There is no device ''.", Assert.Throws<CliException>(() => Targets.Device("", Devices)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_two_have_means_neither() =>
        Assert.Contains("Several devices", Assert.Throws<CliException>(() => Targets.Device("nas", [.. Devices, new ConfiguredDevice { DeviceId = B, Name = "NAS" }])).Message, StringComparison.Ordinal);
}
