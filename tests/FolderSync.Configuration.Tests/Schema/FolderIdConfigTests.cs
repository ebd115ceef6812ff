using System.Text;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

/// <summary>
/// Folder IDs, labels and names in config.yaml: an invalid one is refused with its position, and the configuration doesn't change.
/// </summary>
public sealed class FolderIdConfigTests
{
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);

    private static ReadConfiguration Read(string text) =>
        ConfigReader.Read("config.yaml", ConfigDocument.Parse("config.yaml", text), new HomeDirectory("/state/foldersync"));

    [Theory]
    [InlineData("..")]
    [InlineData("\".\"")]
    [InlineData("a/../..")]
    [InlineData("'%2e%2e'")]
    [InlineData("\"a\\nb\"")]
    [InlineData("\"\\u202Ex\"")]
    [InlineData("\"\"")]
    [InlineData("\" \"")]
    public void A_bad_id_is_refused_where_it_stands(string id)
    {
        var refused = Assert.Throws<ConfigException>(() => Read($"# a comment\nfolders:\n  - id: {id}\n    path: /data\n"));
        Assert.Equal((3, 9), (refused.First.Line, refused.First.Column));
        Assert.Contains("folder's ID", refused.First.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ids_labels_and_names_that_are_too_long_are_refused()
    {
        var (long256, long255) = (new string('x', 257), new string('é', 128));
        foreach (var text in (string[])[$"folders: [{{id: {long256}, path: /d}}]", $"folders: [{{id: f, path: /d, label: {long256}}}]", $"devices: [{{id: {Phone}, name: {long255}}}]", $"device: {{name: {long255}}}"])
        {
            var refused = Assert.Throws<ConfigException>(() => Read(text + "\n"));
            Assert.Contains("bytes", refused.First.Message, StringComparison.Ordinal);
            Assert.InRange(refused.Message.Length, 1, 400);
        }
        var read = Read($"device: {{name: {new string('n', 255)}}}\nfolders: [{{id: {new string('x', 256)}, path: /d, label: {new string('é', 128)}}}]\n").Configuration.Engine;
        Assert.Equal((255, 256, 256), (read.Name.Length, read.Folders[0].Id.Value.Length, Encoding.UTF8.GetByteCount(read.Folders[0].Label)));
    }

    [Fact]
    public void Ids_that_other_devices_have_are_written_and_read_as_they_are()
    {
        foreach (var id in (string[])["photos/2024", " x ", "50%", "a#b", "a: b", "- a", "true", "~", "写真", @"a\b", "\"'", "*a", "!a", "%2f"])
        {
            var text = $"folders:\n  - id: {YamlWriter.Inline(YamlValue.Text(id))}\n    path: /data\n";
            Assert.Equal(id, Assert.Single(Read(text).Configuration.Engine.Folders).Id.Value);
        }
    }

    [Fact]
    public void An_ignored_offer_under_an_id_that_is_refused_now_does_not_keep_the_service_from_starting()
    {
        var device = Assert.Single(Read($"devices:\n  - id: {Phone}\n    ignored-folders: ['..', good]\n").Configuration.Engine.Devices);
        Assert.Equal("good", Assert.Single(device.IgnoredFolders).Value);
    }
}
