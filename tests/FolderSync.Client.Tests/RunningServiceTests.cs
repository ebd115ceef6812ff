using FolderSync.Contracts;
using Xunit;

namespace FolderSync.Client.Tests;

public sealed class RunningServiceTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("foldersync-client-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void What_a_service_wrote_is_found()
    {
        Assert.Null(ServiceAddress.Find(_home));
        Assert.Null(ServiceAddress.Find(Path.Combine(_home, "absent")));
        var written = new ServiceAddress("http://127.0.0.1:8384/", "key", Environment.ProcessId, "ab12") { Overrides = [new OverriddenOption("page", "address", "x", "--set")] };
        Write(written.ToJson());
        var found = ServiceAddress.Find(_home)!;
        Assert.Equal(written with { Overrides = found.Overrides }, found);
        Assert.Equal(written.Overrides, found.Overrides);
        Assert.True(found.HasRest && found.IsProcessThere());
        Write((written with { Url = "" }).ToJson());
        Assert.False(ServiceAddress.Find(_home)!.HasRest);
    }

    /// <summary>Torn by a power cut, or another version's.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{\"url\": \"http://127.0.0.1:8384/\", \"apiK")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"url\": \"http://127.0.0.1:8384/\", \"pid\": 1}")]
    [InlineData("{\"url\": \"8384\", \"apiKey\": \"k\", \"pid\": 1}")]
    public void What_is_no_address_is_no_service(string text)
    {
        Write(text);
        Assert.Null(ServiceAddress.Find(_home));
    }

    [Fact]
    public void A_file_that_can_not_be_read_is_told()
    {
        Directory.CreateDirectory(Path.Combine(_home, ServiceAddress.FileName));
        Assert.Contains(ServiceAddress.FileName, Assert.Throws<ServiceException>(() => ServiceAddress.Find(_home)).Message, StringComparison.Ordinal);
    }

    private void Write(string text) => File.WriteAllText(Path.Combine(_home, ServiceAddress.FileName), text);
}
