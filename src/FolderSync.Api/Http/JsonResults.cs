using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FolderSync.Contracts;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Primitives;

namespace FolderSync.Api.Http;

/// <summary>What the extensions' routes share: typed answers and bodies, pages, words.</summary>
internal static class JsonResults
{
    public const int MaxPage = 1000;
    private const int UsualPage = 100;

    public static ExtensionJson Json => ExtensionJson.Default;

    public static IResult Of<T>(T value, JsonTypeInfo<T> type) => Results.Json(value, type, "application/json; charset=utf-8");

    /// <summary>The request's body as that type.</summary>
    public static async Task<T> BodyAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        var node = await RestJson.ObjectAsync(context.Request);
        try
        {
            return node.Deserialize(type) ?? throw new BadHttpRequestException("The body is null; a JSON object is expected.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException($"The body is not as it is to be: {e.Message}");
        }
    }

    /// <summary>Pages count from 1.</summary>
    public static (int Page, int PerPage, long Skip) Page(int? page, int? perPage)
    {
        if (page is < 1 || perPage is < 1)
            throw new BadHttpRequestException("page and perpage count from 1.");
        var take = Math.Min(perPage ?? UsualPage, MaxPage);
        return (page ?? 1, take, ((long)(page ?? 1) - 1) * take);
    }

    public static string TypeWord(FileType type) => SyncthingNames.Of(type);

    public static string NameOf(ISyncEngine engine, DeviceId id) =>
        id == engine.Self ? engine.Config.Name : engine.Config.Device(id) is { Name.Length: > 0 } device ? device.Name : id.Short.ToString();

    /// <summary>Entries tell only the short ID of who made them.</summary>
    public static string NameOf(ISyncEngine engine, ShortId id)
    {
        if (id == engine.Self.Short)
            return engine.Config.Name;
        return engine.Config.Devices.FirstOrDefault(d => d.Id.Short == id) is { Name.Length: > 0 } device ? device.Name : id.ToString();
    }

    /// <summary>What a command refuses for the folder's type or state is the client's mistake.</summary>
    public static async Task<T> OrConflictAsync<T>(Task<T> command)
    {
        try
        {
            return await command;
        }
        catch (EngineException e)
        {
            throw new BadHttpRequestException(e.Message, StatusCodes.Status409Conflict, e);
        }
    }
}
