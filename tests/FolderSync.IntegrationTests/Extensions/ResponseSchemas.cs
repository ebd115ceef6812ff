using System.Text.Json;
using System.Text.Json.Nodes;
using FolderSync.IntegrationTests.Harness;
using Json.Schema;

namespace FolderSync.IntegrationTests.Extensions;

/// <summary>Validates responses with the running service's own OpenAPI document.</summary>
internal sealed class ResponseSchemas
{
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List };

    private readonly JsonObject _document;

    private ResponseSchemas(JsonObject document) => _document = document;

    public static async Task<ResponseSchemas> OfAsync(RestClient rest) => new((await rest.GetAsync("foldersync/openapi.json")).AsObject());

    /// <summary>"GET /foldersync/folders" and so on.</summary>
    public IEnumerable<string> Operations =>
        from path in _document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        select $"{operation.Key.ToUpperInvariant()} {path.Key["/rest/".Length..]}";

    /// <summary>Throws if the response doesn't match the document.</summary>
    public void Check(string method, string path, string answer)
    {
        var operation = _document["paths"]!["/rest/" + path.Split('?')[0]]?[method.ToLowerInvariant()]
            ?? throw new InvalidOperationException($"{method} {path} is not described.");
        if (operation["responses"]!["200"]!["content"] is not JsonObject content)
        {
            Assert.True(answer.Length == 0, $"{method} {path}: nothing is to be answered, but: {answer}");
            return;
        }
        if (content["application/json"]?["schema"] is not { } schema)
            return;
        // A schema refers to the document's components; with them included, it is self-contained.
        var alone = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["allOf"] = new JsonArray(schema.DeepClone()), ["components"] = _document["components"]!.DeepClone() };
        var result = JsonSchema.FromText(alone.ToJsonString()).Evaluate(JsonDocument.Parse(answer).RootElement, Options);
        Assert.True(result.IsValid, $"{method} {path} is not as described: {string.Join("; ", Problems(result))}\n{answer}");
    }

    private static IEnumerable<string> Problems(EvaluationResults result) =>
        (result.Details ?? []).Where(d => d.Errors is not null).Select(d => $"{d.InstanceLocation}: {JsonSerializer.Serialize(d.Errors)}").Take(10);
}
