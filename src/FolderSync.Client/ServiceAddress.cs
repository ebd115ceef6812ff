using System.Text.Json;
using System.Text.Json.Serialization;

namespace FolderSync.Client;

/// <summary>Where a running service is reached. It is written into its home as "runtime.json" (mode 0600) while it runs.</summary>
/// <param name="Url">Such as "http://127.0.0.1:8384/"; empty where the REST interface is switched off.</param>
/// <param name="Process">The service's process ID.</param>
/// <param name="Certificate">SHA-256 of the certificate it shows, hex; null for plain HTTP.</param>
public sealed record ServiceAddress(
    [property: JsonPropertyName("url")] string Url,
    [property: JsonPropertyName("apiKey")] string ApiKey,
    [property: JsonPropertyName("pid")] int Process,
    [property: JsonPropertyName("certificate")] string? Certificate = null)
{
    public const string FileName = "runtime.json";

    [JsonIgnore]
    public bool HasRest => Url.Length > 0;

    /// <summary>Without REST no answer proves that the service runs; its process does, but for an ID that was given again.</summary>
    public bool IsProcessThere()
    {
        try
        {
            using var process = System.Diagnostics.Process.GetProcessById(Process);
            return !process.HasExited;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Options that flags or the environment set over the configuration.</summary>
    [JsonPropertyName("overrides")]
    public IReadOnlyList<OverriddenOption> Overrides { get; init; } = [];

    /// <summary>Null where no service has said that it runs. It may be gone since (a kill): only an answer proves it.</summary>
    /// <param name="home">The service's home directory.</param>
    /// <exception cref="ServiceException">The file is there and can't be read.</exception>
    public static ServiceAddress? Find(string home)
    {
        var path = Path.Combine(home, FileName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ClientJson.Default.ServiceAddress);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceException($"'{path}' can't be read: {e.Message} Run this as the user who runs the service.", inner: e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, ClientJson.Default.ServiceAddress);
}

/// <summary>An option that a running service has from a flag or a variable.</summary>
/// <param name="Source">Such as "--gui-address" or "FOLDERSYNC_PAGE_ADDRESS".</param>
public sealed record OverriddenOption(
    [property: JsonPropertyName("section")] string Section,
    [property: JsonPropertyName("option")] string Option,
    [property: JsonPropertyName("value")] string Value,
    [property: JsonPropertyName("source")] string Source);
