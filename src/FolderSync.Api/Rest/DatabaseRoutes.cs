using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Primitives;
using FolderSync.Engine.Queries;
using FolderSync.Engine.Status;

namespace FolderSync.Api.Rest;

/// <summary>/rest/db: what the indexes know.</summary>
internal sealed class DatabaseRoutes(ISyncEngine engine) : IRoutes
{
    private const int MaxPage = 1 << 16;

    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/db/status", (string? folder) => RestJson.Of(FolderJson.Status(engine, Refusals.Folder(engine, folder))));
        rest.MapGet("/db/completion", (string? folder, string? device) => RestJson.Of(CompletionOf(folder, device)));
        rest.MapPost("/db/scan", ScanAsync);
        rest.MapGet("/debug/file", (string? folder, string? file) => File(folder, file, everyone: true));
        rest.MapGet("/db/need", (string? folder, int? page, int? perpage) => Need(folder, page, perpage));
        rest.MapGet("/db/remoteneed", (string? folder, string? device, int? page, int? perpage) => RemoteNeed(folder, device, page, perpage));
        rest.MapGet("/db/localchanged", (string? folder, int? page, int? perpage) => LocalChanged(folder, page, perpage));
        rest.MapGet("/db/file", (string? folder, string? file) => File(folder, file, everyone: false));
        rest.MapGet("/db/browse", (string? folder, string? prefix, int? levels, string? dirsonly) => Browse(folder, prefix, levels, dirsonly));
        rest.MapGet("/db/ignores", async (string? folder, CancellationToken cancellation) => Ignores(await engine.GetIgnoresAsync(Refusals.Folder(engine, folder).Config.Id, cancellation)));
        rest.MapPost("/db/ignores", SetIgnoresAsync);
        rest.MapPost("/db/override", (string? folder) => OrConflictAsync(engine.OverrideAsync(Refusals.Folder(engine, folder).Config.Id, CancellationToken.None)));
        rest.MapPost("/db/revert", (string? folder) => OrConflictAsync(engine.RevertAsync(Refusals.Folder(engine, folder).Config.Id, CancellationToken.None)));
    }

    /// <summary>A folder that is not of the right type is the client's mistake, not the service's.</summary>
    private static async Task<IResult> OrConflictAsync(Task command)
    {
        try
        {
            await command;
        }
        catch (EngineException e)
        {
            throw new BadHttpRequestException(e.Message, StatusCodes.Status409Conflict, e);
        }
        return RestJson.Empty();
    }

    private JsonObject CompletionOf(string? folder, string? device)
    {
        var id = string.IsNullOrEmpty(device) ? engine.Self : Refusals.Device(device);
        if (id != engine.Self && engine.Config.Device(id) is null)
            throw new NotFoundException($"There is no device {id}.");
        var folders = string.IsNullOrEmpty(folder)
            ? engine.Folders.Where(f => id == engine.Self || f.Config.Devices.Contains(id)).ToList()
            : [Refusals.Folder(engine, folder)];
        return FolderJson.Completion(engine, folders, id);
    }

    private async Task<IResult> ScanAsync(HttpContext context, string? folder)
    {
        List<FileName> below = [.. context.Request.Query["sub"].Where(s => !string.IsNullOrEmpty(s)).Select(Refusals.Name)];
        if (!string.IsNullOrEmpty(folder))
        {
            await engine.ScanAsync(Refusals.Folder(engine, folder).Config.Id, below, context.RequestAborted);
            return RestJson.Empty();
        }
        await Task.WhenAll(engine.Folders.Where(f => f.State is not (FolderState.Paused or FolderState.Error))
            .Select(f => engine.ScanAsync(f.Config.Id, [], context.RequestAborted)));
        return RestJson.Empty();
    }

    private IResult Need(string? folder, int? page, int? perPage)
    {
        var snapshot = Refusals.Folder(engine, folder);
        var index = Refusals.Index(engine, folder);
        var (skip, take) = Page(page, perPage);
        var items = Extensions.NeedRoutes.Read(index, skip, take).Select(n => n.Global).ToList();
        var inProgress = snapshot.Transfers.Select(t => t.Name).ToHashSet();
        var reasons = snapshot.PullProblems.ToDictionary(p => p.Name);
        JsonNode One(FileEntry e)
        {
            var json = Entry(e);
            if (reasons.TryGetValue(e.Name, out var problem))
            {
                json["reason"] = problem.Reason;
                json["retryAt"] = problem.RetryAt is { } at ? RestJson.Time(at) : null;
                json["device"] = problem.Device?.ToString();
            }
            return json;
        }
        return RestJson.Of(new JsonObject
        {
            ["progress"] = new JsonArray([.. items.Where(i => inProgress.Contains(i.Name)).Select(One)]),
            ["queued"] = new JsonArray([.. items.Where(i => !inProgress.Contains(i.Name)).Select(One)]),
            ["rest"] = new JsonArray(),
            ["page"] = page ?? 1,
            ["perpage"] = take,
        });
    }

    private IResult RemoteNeed(string? folder, string? device, int? page, int? perPage)
    {
        var index = Refusals.Index(engine, folder);
        var id = Refusals.Device(device);
        var (skip, take) = Page(page, perPage);
        return Files(Skip(after => index.NeededBy(id, after, 1000), skip, take), page, take);
    }

    private IResult LocalChanged(string? folder, int? page, int? perPage)
    {
        var index = Refusals.Index(engine, folder);
        var (skip, take) = Page(page, perPage);
        return Files(Skip(after => index.ReceiveOnlyChanged(after, 1000), skip, take), page, take);
    }

    private static IResult Files(IReadOnlyList<FileEntry> files, int? page, int take) => RestJson.Of(new JsonObject
    {
        ["files"] = new JsonArray([.. files.Select(Entry)]),
        ["page"] = page ?? 1,
        ["perpage"] = take,
    });

    private static (int Skip, int Take) Page(int? page, int? perPage)
    {
        var take = Math.Clamp(perPage ?? MaxPage, 1, MaxPage);
        return ((int)Math.Min(int.MaxValue, (long)(Math.Max(1, page ?? 1) - 1) * take), take);
    }

    private static List<FileEntry> Skip(Func<FileName, IReadOnlyList<FileEntry>> read, int skip, int take)
    {
        var result = new List<FileEntry>();
        var after = default(FileName);
        while (result.Count < take && read(after) is { Count: > 0 } part)
        {
            after = part[^1].Name;
            result.AddRange(part.Skip(skip).Take(take - result.Count));
            skip = Math.Max(0, skip - part.Count);
        }
        return result;
    }

    /// <param name="everyone">With every device's version.</param>
    private IResult File(string? folder, string? file, bool everyone)
    {
        var index = Refusals.Index(engine, folder);
        var name = Refusals.Name(file);
        var versions = index.Versions(name);
        if (versions.Count == 0)
            throw new NotFoundException($"Nobody has '{name}' in the folder '{folder}'.");
        var local = index.FindLocal(name);
        var global = index.FindGlobal(name);
        var json = new JsonObject
        {
            ["local"] = local is null ? new JsonObject() : Entry(local),
            ["global"] = global is null ? new JsonObject() : Entry(global),
            ["availability"] = new JsonArray([.. index.Holders(name).Select(d => new JsonObject { ["id"] = d.ToString(), ["fromTemporary"] = false })]),
            ["reason"] = engine.Folder(new FolderId(folder!))?.PullProblems.FirstOrDefault(p => p.Name == name)?.Reason,
        };
        if (everyone)
            json["globalVersions"] = new JsonArray([.. versions.Select(v => new JsonObject { ["device"] = v.Device.ToString(), ["file"] = Entry(v.Entry) })]);
        return RestJson.Of(json);
    }

    private IResult Browse(string? folder, string? prefix, int? levels, string? dirsOnly)
    {
        var index = Refusals.Index(engine, folder);
        var root = string.IsNullOrEmpty(prefix) ? default : Refusals.Name(prefix.Trim('/'));
        var depth = levels is null or < 0 ? int.MaxValue : levels.Value;
        var onlyDirectories = dirsOnly is not null and not ("false" or "0");
        var top = new JsonArray();
        var stack = new Stack<(FileName Name, JsonArray Children)>();
        stack.Push((root, top));
        var after = default(FileName);
        while (index.GlobalPage(root, after, 1000) is { Count: > 0 } page)
        {
            after = page[^1].Name;
            foreach (var entry in page)
            {
                while (stack.Count > 1 && !entry.Name.IsUnder(stack.Peek().Name))
                    stack.Pop();
                if (entry.Name.Parent != stack.Peek().Name || stack.Count - 1 > depth || (onlyDirectories && !entry.IsDirectory))
                    continue;
                var node = new JsonObject
                {
                    ["name"] = entry.Name.Leaf,
                    ["modTime"] = RestJson.Time(entry.Modified.ToDateTimeOffset()),
                    ["size"] = entry.Size,
                    ["type"] = TypeName(entry.Type),
                };
                stack.Peek().Children.Add((JsonNode)node);
                if (!entry.IsDirectory)
                    continue;
                var children = new JsonArray();
                if (stack.Count <= depth)
                    node["children"] = children;
                stack.Push((entry.Name, children));
            }
        }
        return RestJson.Of(top);
    }

    private async Task<IResult> SetIgnoresAsync(HttpContext context, string? folder)
    {
        var id = Refusals.Folder(engine, folder).Config.Id;
        var body = RestJson.AsObject(await RestJson.BodyAsync(context.Request));
        var lines = new JsonReader(body, "ignores").Texts("ignore");
        try
        {
            await engine.SetIgnoresAsync(id, lines, context.RequestAborted);
        }
        catch (EngineException e)
        {
            throw new BadHttpRequestException(e.Message);
        }
        return Ignores(await engine.GetIgnoresAsync(id, context.RequestAborted));
    }

    private static IResult Ignores(IgnoreText text) => RestJson.Of(new JsonObject
    {
        ["ignore"] = new JsonArray([.. text.Lines.Select(l => JsonValue.Create(l))]),
        ["expanded"] = new JsonArray([.. text.Expanded.Select(l => JsonValue.Create(l))]),
        ["error"] = text.Error,
    });

    private static JsonObject Entry(FileEntry e) => new()
    {
        ["name"] = e.Name.Value,
        ["type"] = TypeName(e.Type),
        ["size"] = e.Size,
        ["modified"] = RestJson.Time(e.Modified.ToDateTimeOffset()),
        ["modifiedBy"] = e.ModifiedBy.ToString(),
        ["permissions"] = "0" + Convert.ToString(e.Permissions, 8),
        ["noPermissions"] = e.NoPermissions,
        ["deleted"] = e.Deleted,
        ["invalid"] = e.IsInvalid,
        ["ignored"] = (e.LocalFlags & LocalFlags.Ignored) != 0,
        ["mustRescan"] = (e.LocalFlags & LocalFlags.MustRescan) != 0,
        ["localFlags"] = (int)e.LocalFlags,
        ["version"] = new JsonArray([.. e.Version.Counters.Select(c => JsonValue.Create($"{c.Device}:{c.Value}"))]),
        ["sequence"] = e.Sequence,
        ["platform"] = new JsonObject { ["Unix"] = null, ["Windows"] = null, ["Linux"] = null, ["Darwin"] = null, ["FreeBSD"] = null, ["NetBSD"] = null },
        ["numBlocks"] = e.Blocks?.Count ?? 0,
        ["blocksHash"] = e.BlocksHash.IsNone ? null : e.BlocksHash.ToString(),
    };

    private static string TypeName(FileType type) => type switch
    {
        FileType.Directory => "FILE_INFO_TYPE_DIRECTORY",
        FileType.Symlink => "FILE_INFO_TYPE_SYMLINK",
        _ => "FILE_INFO_TYPE_FILE",
    };
}
