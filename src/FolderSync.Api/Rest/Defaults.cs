using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Configuration.Schema;
using FolderSync.Contracts;

namespace FolderSync.Api.Rest;

/// <summary>
/// The parts of the configuration before anybody has set anything: the options of config.yaml by their rows, with Syncthing's other fields at
/// the values that tell a client what holds here.
/// </summary>
internal static class Defaults
{
    /// <summary>What new folders or devices start from, or the ignore lines meant for new folders: as a client set it.</summary>
    public static JsonObject Template(JsonObject extras, string kind) => Over(
        kind switch
        {
            SyncthingOptions.Folder => Folder(),
            SyncthingOptions.Device => Device(),
            _ => RestJson.ObjectOf(new IgnoreTemplate([]), RestJson.Types.IgnoreTemplate),
        },
        (extras[SyncthingOptions.Defaults] as JsonObject)?[kind]);

    public static JsonObject Ldap(JsonObject extras) => Over(RestJson.ObjectOf(new LdapFields(), RestJson.Types.LdapFields), extras[SyncthingOptions.Ldap]);

    public static JsonObject Device() => Over(
        OptionJson.Write(ConfigSchema.Peer.Syncthing, ConfigSchema.Peer.Defaults), RestJson.ObjectOf(new OtherDeviceFields(), RestJson.Types.OtherDeviceFields));

    public static JsonObject Folder() => Over(
        OptionJson.Write(ConfigSchema.Folder.Syncthing, ConfigSchema.Folder.Defaults),
        RestJson.ObjectOf(new OtherFolderFields { Versioning = ConfigJson.Versioning(ConfigSchema.Folder.Defaults.Versioning) }, RestJson.Types.OtherFolderFields));

    public static JsonObject Options() => Over(
        OptionJson.Write(ConfigJson.InScope(SyncthingOptions.Options), new ServiceConfig()), RestJson.ObjectOf(new OtherOptionFields(), RestJson.Types.OtherOptionFields));

    public static JsonObject Gui() => Over(
        OptionJson.Write(ConfigJson.InScope(SyncthingOptions.Gui), new ServiceConfig()), RestJson.ObjectOf(new OtherGuiFields(), RestJson.Types.OtherGuiFields));

    private static JsonObject Over(JsonObject usual, JsonNode? set)
    {
        if (set is JsonObject fields)
            RestJson.Merge(usual, fields);
        return usual;
    }
}
