using System.Text.Json;
using Json.Schema;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>The official schema of CycloneDX 1.6.</summary>
internal static class SbomSchema
{
    private static readonly Lazy<JsonSchema> Schema = new(Load);

    /// <summary>Where the bill of materials breaks the schema and how; empty if it's valid.</summary>
    public static IReadOnlyList<string> Faults(string bill)
    {
        var results = Schema.Value.Evaluate(JsonDocument.Parse(bill).RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        return results.IsValid ? [] : [.. (results.Details ?? []).Where(d => d.Errors is not null).SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}")).Append("It breaks the schema.")];
    }

    private static JsonSchema Load()
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "Installers/CycloneDx");
        var options = new BuildOptions { SchemaRegistry = new SchemaRegistry() };
        foreach (var part in (string[])["spdx", "jsf-0.82"])
            JsonSchema.FromText(File.ReadAllText(Path.Combine(directory, part + ".schema.json")), options);
        return JsonSchema.FromText(File.ReadAllText(Path.Combine(directory, "bom-1.6.schema.json")), options);
    }
}
