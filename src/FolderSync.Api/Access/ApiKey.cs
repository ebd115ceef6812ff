using System.Security.Cryptography;
using System.Text;
using FolderSync.Api.Service;
using FolderSync.Configuration.Store;

namespace FolderSync.Api.Access;

/// <summary>The API key that is in force.</summary>
internal sealed class ApiKey(PageEndpoint page, ConfigStore config)
{
    public string Text => page.KeyWith(config.Current.Page);

    public bool Is(string given) => Text is { Length: > 0 } key && CryptographicOperations.FixedTimeEquals(Hash(given), Hash(key));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
