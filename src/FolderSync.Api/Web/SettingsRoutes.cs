using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FolderSync.Api.Access;
using FolderSync.Api.Http;
using FolderSync.Api.Rest;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Contracts;
using FolderSync.Engine.Configuring;

namespace FolderSync.Api.Web;

/// <summary>
/// /rest/foldersync/settings: every option of config.yaml with its description and value, as the page's settings show them. Values that the file
/// doesn't allow are refused here with the same messages, one line for each option.
/// </summary>
internal sealed class SettingsRoutes(ConfigStore store, ConfigChanges changes, PageSessions sessions) : IRoutes
{
    private const string Root = "/foldersync/settings";

    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet(Root, () => RestJson.Of(new SettingsSections([.. ConfigSchema.Groups.Select(s => new SettingsSection(s.Name, s.Description))]), RestJson.Types.SettingsSections))
            .Produces<SettingsSections>().WithSummary("The sections of config.yaml whose options are single.");
        rest.MapGet(Root + "/{section}", (HttpContext c, string section) => RestJson.Of(ToJson(Section(section).Options, o => Section(section).Write(o, store.Current), IsMasked(c)), RestJson.Types.SectionOptions))
            .Produces<SectionOptions>().WithSummary("A section's options, each with its sentence, kind, default and value, in the file's words.");
        rest.MapPatch(Root + "/{section}", async (HttpContext c, string section) => await ChangeAsync(c, Section(section).Options,
            (reader, option, node, config) => Section(section).ReadOption(reader, option, node, config)))
            .Produces(200).WithSummary("Changes options of a section: {option: value or [values]}. Empty is the default.");
        MapItems(rest, ConfigSchema.FoldersSection, ConfigSchema.Folder, Folder, (config, folder) => config.PutFolder(folder));
        MapItems(rest, ConfigSchema.DevicesSection, ConfigSchema.Peer, Device, (config, device) => config.PutDevice(device));
    }

    private void MapItems<T>(RouteGroupBuilder rest, string kind, ConfigFields<T> fields, Func<ServiceConfig, string, T> find, Func<ServiceConfig, T, ServiceConfig> put)
    {
        rest.MapGet($"{Root}/{kind}/{{id}}", (HttpContext c, string id) => RestJson.Of(
                ToJson([.. fields.All], o => ((ConfigField<T>)o).Write(find(store.Current, RequestPath.Last(c))), IsMasked(c)), RestJson.Types.SectionOptions))
            .Produces<SectionOptions>().WithSummary($"The options of one of the {kind}.");
        rest.MapPatch($"{Root}/{kind}/{{id}}", async (HttpContext c, string id) => await ChangeAsync(c, [.. fields.All.Where(f => f.Key != ConfigSchema.Id)],
            (reader, option, node, config) => put(config, ((ConfigField<T>)option).Read(reader, node, find(config, RequestPath.Last(c))))))
            .Produces(200).WithSummary($"Changes options of one of the {kind}.");
    }

    private static ConfigSection Section(string name) =>
        ConfigSchema.Groups.FirstOrDefault(s => s.Name == name) ?? throw new NotFoundException($"There is no section '{name}' in the configuration.");

    private static FolderConfig Folder(ServiceConfig config, string id) =>
        config.Engine.Folder(RestErrors.FolderIdOf(id)) ?? throw RestErrors.NoFolder(id);

    private static DeviceConfig Device(ServiceConfig config, string id) =>
        config.Engine.Device(RestErrors.Device(id)) ?? throw new NotFoundException($"There is no device {id}.");

    /// <param name="isMasked">Secrets that are set are shown as a mask, which comes back to no effect; to programs with the key as nothing.</param>
    internal static SectionOptions ToJson(ImmutableArray<ConfigOption> options, Func<ConfigOption, YamlValue> value, bool isMasked = false) => new(
    [
        .. options.Select(o => new SettingsOption(
            o.Key, o.Label, o.Description, o.Type.Kind, (o.Type as ConfigType.Choice)?.Choices, o.IsSecret, Of(o.Default), !o.IsSecret ? Of(value(o)) : SettingsValue.Of(isMasked && !value(o).Same(o.Default) ? SecretMask.Mask : ""))),
    ]);

    private static bool IsMasked(HttpContext context) => !SecretAccess.IsAllowed(context);

    private static SettingsValue? Of(YamlValue value) => value switch
    {
        YamlValue.Scalar s => SettingsValue.Of(s.Value),
        YamlValue.List l => SettingsValue.Of(l.Items.OfType<YamlValue.Scalar>().Select(i => i.Value)),
        _ => null,
    };

    private async Task<IResult> ChangeAsync(
        HttpContext context, ImmutableArray<ConfigOption> options, Func<NodeReader, ConfigOption, YamlNode, ServiceConfig, ServiceConfig> read)
    {
        var body = await RestJson.ObjectAsync(context.Request);
        var (was, now) = (store.Current.Page, store.Current.Page);
        var done = await changes.ChangeAsync(_ => Task.FromResult<Func<ServiceConfig, ServiceConfig>>(config =>
        {
            was = config.Page;
            var wrong = new List<string>();
            foreach (var (key, value) in body)
            {
                var option = options.FirstOrDefault(o => o.Key == key) ?? throw new BadHttpRequestException($"{key}: There is no such option.");
                if (option.IsSecret && IsMasked(context) && value is JsonValue v && v.TryGetValue<string>(out var text) && text == SecretMask.Mask)
                    continue;
                var reader = new NodeReader(store.Home.ConfigFile);
                config = read(reader, option, Node(value, option), config);
                wrong.AddRange(reader.Problems.Select(p => $"{key}: {p.Message}{(p.Hint is null ? "" : " " + p.Hint)}"));
            }
            now = config.Page;
            return wrong.Count == 0 ? config : throw new BadHttpRequestException(string.Join('\n', wrong));
        }));
        sessions.Keep(context, was, now);
        return done;
    }

    /// <summary>The YAML node that a parser would return. An empty number, rate or duration means the option's default, as in the file.</summary>
    private static YamlNode Node(JsonNode? value, ConfigOption option)
    {
        if (value is JsonArray items)
            return new YamlSequence(0, 0, 0, [.. items.Select(i => Scalar(Text(i, option)))], flow: true, 0);
        var text = value is null ? "" : Text(value, option);
        return text.Length > 0 || option.Type is ConfigType.Text ? Scalar(text) : option.Default switch
        {
            YamlValue.Scalar s => Scalar(s.Value),
            YamlValue.List l => new YamlSequence(0, 0, 0, [.. l.Items.OfType<YamlValue.Scalar>().Select(i => Scalar(i.Value))], flow: true, 0),
            _ => Scalar(""),
        };
    }

    private static string Text(JsonNode? value, ConfigOption option) => value switch
    {
        JsonValue v when v.TryGetValue<string>(out var text) => text,
        JsonValue v => v.ToJsonString(),
        _ => throw new BadHttpRequestException($"{option.Key}: It must be one value or a list of values."),
    };

    private static YamlScalar Scalar(string text) => new(0, 0, 0, 0, text, plain: false, block: false);
}
