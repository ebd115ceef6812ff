using FolderSync.Api.Extensions;
using Xunit;

namespace FolderSync.Api.Tests.Extensions;

public sealed class ConfigMaskTests
{
    [Theory]
    [InlineData("page:\n  api-key: abcdefgh12345 # keep abcdefgh12345\n  address: 127.0.0.1:1\n", "page:\n  api-key: ******** # keep ********\n  address: 127.0.0.1:1\n")]
    [InlineData("page: {api-key: 'a b', password-hash: \"x$y\"}\n", "page: {api-key: ********, password-hash: ********}\n")]
    [InlineData("page:\n  api-key: |\n    one\n    two\n  tls: true\n", "page:\n  api-key: ********\n  tls: true\n")]
    [InlineData("page:\n  api-key:\n", "page:\n  api-key:\n")]
    [InlineData("other:\n  My-Secret: [one, {two: three}]\n", "other:\n  My-Secret: [********, {two: ********}]\n")]
    public void Secrets_are_masked_however_they_are_written(string text, string masked) => Assert.Equal(masked, ConfigMask.Of("config.yaml", text));
}
