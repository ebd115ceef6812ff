using FolderSync.Configuration.Schema;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

public sealed class ConfigAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8384", "127.0.0.1", 8384)]
    [InlineData(":8384", "", 8384)]
    [InlineData("[::1]:0", "::1", 0)]
    [InlineData("nas.local:65535", "nas.local", 65535)]
    public void An_address_with_a_port(string address, string host, int port)
    {
        Assert.Null(ConfigAddress.ValidateHostAndPort(address));
        Assert.True(ConfigAddress.TrySplit(address, out var h, out var p));
        Assert.Equal((host, port), (h, p));
    }

    [Theory]
    [InlineData("8384")]
    [InlineData("localhost")]
    [InlineData("::1:8384")]
    [InlineData("[::1:8384")]
    [InlineData("[nas]:8384")]
    [InlineData("a b:1")]
    [InlineData("http://nas:1")]
    [InlineData("nas:65536")]
    [InlineData("nas:-1")]
    [InlineData("nas: 1")]
    [InlineData("")]
    public void What_is_none_is_told(string address) => Assert.Contains("host:port", ConfigAddress.ValidateHostAndPort(address), StringComparison.Ordinal);

    [Theory]
    [InlineData("dynamic")]
    [InlineData("tcp://nas")]
    [InlineData("tcp://nas:22000")]
    [InlineData("tcp6://[::1]:22000/")]
    [InlineData("quic://nas:22000")]
    [InlineData("relay://relay.example:443/?id=x")]
    public void Where_a_device_is_dialed(string address) => Assert.Null(ConfigAddress.ValidateDialAddress(address));

    [Theory]
    [InlineData("dynmic", "Did you mean 'dynamic'?")]
    [InlineData("nas:22000", "Write tcp://nas:22000.")]
    [InlineData("nas", "Write tcp://nas:22000.")]
    [InlineData("http://nas:1", "a scheme that is not known")]
    [InlineData("tcp://", "is not an address")]
    [InlineData("tcp://22000", "is not an address")]
    public void Where_none_is(string address, string told) => Assert.Contains(told, ConfigAddress.ValidateDialAddress(address), StringComparison.Ordinal);
}
