using System.Text.Json;
using System.Text.Json.Serialization;

namespace FolderSync.Contracts;

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

    public string ToJson() => JsonSerializer.Serialize(this, AddressJson.Default.ServiceAddress);

    /// <exception cref="JsonException">It is none.</exception>
    public static ServiceAddress? FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize(json, AddressJson.Default.ServiceAddress);
}

/// <summary>An option that a running service has from a flag or a variable.</summary>
/// <param name="Source">Such as "--gui-address" or "FOLDERSYNC_PAGE_ADDRESS".</param>
public sealed record OverriddenOption(
    [property: JsonPropertyName("section")] string Section,
    [property: JsonPropertyName("option")] string Option,
    [property: JsonPropertyName("value")] string Value,
    [property: JsonPropertyName("source")] string Source);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = false)]
[JsonSerializable(typeof(ServiceAddress))]
internal sealed partial class AddressJson : JsonSerializerContext;
