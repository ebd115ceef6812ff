using FolderSync.Api.Http;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Contracts;

namespace FolderSync.Api.Extensions;

/// <summary>The text of the configuration file.</summary>
internal sealed class ConfigTextRoutes(ConfigStore config) : IExtensionRoutes
{
    public void Map(RouteGroupBuilder api)
    {
        api.MapGet("/config/yaml", () => Results.Text(ConfigMask.Of(config.Home.ConfigFile, config.Text), "text/plain; charset=utf-8"))
            .Produces<string>(200, "text/plain").WithSummary("The config.yaml in force, with its secrets masked.");
        api.MapGet("/config/schema", () => Results.Text(ConfigJsonSchema.Text, "application/schema+json; charset=utf-8"))
            .Produces<System.Text.Json.Nodes.JsonObject>(200, "application/schema+json").WithSummary("The JSON Schema of config.yaml, for editors.");
        api.MapGet("/config/problems", () => JsonResults.Of(Problems(), JsonResults.Json.IReadOnlyListConfigProblemItem))
            .Produces<IReadOnlyList<ConfigProblemItem>>().WithSummary("The problems of the present config.yaml; empty when all of it is in force.");
    }

    private IReadOnlyList<ConfigProblemItem> Problems() =>
        [.. (config.Error?.Problems ?? []).Select(p => Item(p, "error")), .. config.Warnings.Select(w => Item(w, "warning"))];

    private static ConfigProblemItem Item(ConfigProblem p, string severity) => new(p.File, p.Line, p.Column, p.Message, p.Hint, severity);
}
