using System.Text.Json;
using Json.Schema;

namespace FolderSync.IntegrationTests.Installers;

/// <summary>The schema of CycloneDX 1.6, from its makers.</summary>
internal static class BillSchema
{
    private static readonly Lazy<JsonSchema> Schema = new(Load);

    /// <summary>Where the bill breaks the schema and how; empty: it is as it should be.</summary>
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
