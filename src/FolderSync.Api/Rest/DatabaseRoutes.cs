using FolderSync.Api.Http;
using FolderSync.Contracts;
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
        rest.MapGet("/db/status", (string? folder) => RestJson.Of(FolderJson.Status(RestErrors.Folder(engine, folder)), RestJson.Types.FolderStatus));
        rest.MapGet("/db/completion", (string? folder, string? device) => RestJson.Of(CompletionOf(folder, device), RestJson.Types.Completion));
        rest.MapPost("/db/scan", ScanAsync);
        rest.MapGet("/debug/file", (string? folder, string? file) => File(folder, file, everyone: true));
        rest.MapGet("/db/need", (string? folder, int? page, int? perpage) => Need(folder, page, perpage));
        rest.MapGet("/db/remoteneed", (string? folder, string? device, int? page, int? perpage) => RemoteNeed(folder, device, page, perpage));
        rest.MapGet("/db/localchanged", (string? folder, int? page, int? perpage) => LocalChanged(folder, page, perpage));
        rest.MapGet("/db/file", (string? folder, string? file) => File(folder, file, everyone: false));
        rest.MapGet("/db/browse", (string? folder, string? prefix, int? levels, string? dirsonly) => Browse(folder, prefix, levels, dirsonly));
        rest.MapGet("/db/ignores", async (string? folder, CancellationToken cancellation) => Ignores(await engine.GetIgnoresAsync(RestErrors.Folder(engine, folder).Config.Id, cancellation)));
        rest.MapPost("/db/ignores", SetIgnoresAsync);
        rest.MapPost("/db/override", (string? folder) => OrConflictAsync(engine.OverrideAsync(RestErrors.Folder(engine, folder).Config.Id, CancellationToken.None)));
        rest.MapPost("/db/revert", (string? folder) => OrConflictAsync(engine.RevertAsync(RestErrors.Folder(engine, folder).Config.Id, CancellationToken.None)));
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

    private Completion CompletionOf(string? folder, string? device)
    {
        var id = string.IsNullOrEmpty(device) ? engine.Self : RestErrors.Device(device);
        if (id != engine.Self && engine.Config.Device(id) is null)
            throw new NotFoundException($"There is no device {id}.");
        var folders = string.IsNullOrEmpty(folder)
            ? engine.Folders.Where(f => id == engine.Self || f.Config.Devices.Contains(id)).ToList()
            : [RestErrors.Folder(engine, folder)];
        return FolderJson.Completion(engine, folders, id);
    }

    private async Task<IResult> ScanAsync(HttpContext context, string? folder)
    {
        List<FileName> below = [.. context.Request.Query["sub"].Where(s => !string.IsNullOrEmpty(s)).Select(RestErrors.Name)];
        if (!string.IsNullOrEmpty(folder))
        {
            await engine.ScanAsync(RestErrors.Folder(engine, folder).Config.Id, below, context.RequestAborted);
            return RestJson.Empty();
        }
        await Task.WhenAll(engine.Folders.Where(f => f.State is not (FolderState.Paused or FolderState.Error))
            .Select(f => engine.ScanAsync(f.Config.Id, [], context.RequestAborted)));
        return RestJson.Empty();
    }

    private IResult Need(string? folder, int? page, int? perPage)
    {
        var snapshot = RestErrors.Folder(engine, folder);
        var index = RestErrors.Index(engine, folder);
        var (skip, take) = Page(page, perPage);
        var items = Extensions.NeedRoutes.Read(index, skip, take).Select(n => n.Global).ToList();
        var inProgress = snapshot.Transfers.Select(t => t.Name).ToHashSet();
        var reasons = snapshot.PullProblems.ToDictionary(p => p.Name);
        FileVersion One(FileEntry e) => reasons.TryGetValue(e.Name, out var problem)
            ? new FailedFile(Entry(e), problem.Reason, problem.RetryAt, problem.Device?.ToString())
            : Entry(e);
        var need = new NeedList(
            Progress: [.. items.Where(i => inProgress.Contains(i.Name)).Select(One)],
            Queued: [.. items.Where(i => !inProgress.Contains(i.Name)).Select(One)],
            Rest: [],
            page ?? 1,
            take);
        return RestJson.Of(need, RestJson.Types.NeedList);
    }

    private IResult RemoteNeed(string? folder, string? device, int? page, int? perPage)
    {
        var index = RestErrors.Index(engine, folder);
        var id = RestErrors.Device(device);
        var (skip, take) = Page(page, perPage);
        return Files(Skip(after => index.NeededBy(id, after, 1000), skip, take), page, take);
    }

    private IResult LocalChanged(string? folder, int? page, int? perPage)
    {
        var index = RestErrors.Index(engine, folder);
        var (skip, take) = Page(page, perPage);
        return Files(Skip(after => index.ReceiveOnlyChanged(after, 1000), skip, take), page, take);
    }

    private static IResult Files(IReadOnlyList<FileEntry> files, int? page, int take) =>
        RestJson.Of(new FileList([.. files.Select(Entry)], page ?? 1, take), RestJson.Types.FileList);

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
        var index = RestErrors.Index(engine, folder);
        var name = RestErrors.Name(file);
        var versions = index.Versions(name);
        if (versions.Count == 0)
            throw new NotFoundException($"Nobody has '{name}' in the folder '{folder}'.");
        var report = new FileReport(
            index.FindLocal(name) is { } local ? Entry(local) : null,
            index.FindGlobal(name) is { } global ? Entry(global) : null,
            [.. index.Holders(name).Select(d => new FileHolder(d.ToString(), FromTemporary: false))],
            engine.Folder(new FolderId(folder!))?.PullProblems.FirstOrDefault(p => p.Name == name)?.Reason,
            everyone ? [.. versions.Select(v => new DeviceVersion(v.Device.ToString(), Entry(v.Entry)))] : null);
        return RestJson.Of(report, RestJson.Types.FileReport);
    }

    private IResult Browse(string? folder, string? prefix, int? levels, string? dirsOnly)
    {
        var index = RestErrors.Index(engine, folder);
        var root = string.IsNullOrEmpty(prefix) ? default : RestErrors.Name(prefix.Trim('/'));
        var depth = levels is null or < 0 ? int.MaxValue : levels.Value;
        var onlyDirectories = dirsOnly is not null and not ("false" or "0");
        List<TreeEntry> top = [];
        var stack = new Stack<(FileName Name, List<TreeEntry> Children)>();
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
                List<TreeEntry>? children = entry.IsDirectory ? [] : null;
                stack.Peek().Children.Add(new TreeEntry(
                    entry.Name.Leaf, entry.Modified.ToDateTimeOffset(), entry.Size, TypeName(entry.Type), stack.Count <= depth ? children : null));
                if (children is not null)
                    stack.Push((entry.Name, children));
            }
        }
        return RestJson.Of(top, RestJson.Types.IReadOnlyListTreeEntry);
    }

    private async Task<IResult> SetIgnoresAsync(HttpContext context, string? folder)
    {
        var id = RestErrors.Folder(engine, folder).Config.Id;
        var lines = (await JsonResults.BodyAsync(context, RestJson.Types.IgnoreRequest)).Ignore ?? [];
        if (lines.Any(l => l is null))
            throw new BadHttpRequestException("ignore is to be a list of texts.");
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

    private static IResult Ignores(IgnoreText text) => RestJson.Of(new IgnoreList([.. text.Lines], [.. text.Expanded], text.Error), RestJson.Types.IgnoreList);

    private static FileVersion Entry(FileEntry e) => new()
    {
        Name = e.Name.Value,
        Type = TypeName(e.Type),
        Size = e.Size,
        Modified = e.Modified.ToDateTimeOffset(),
        ModifiedBy = e.ModifiedBy.ToString(),
        Permissions = "0" + Convert.ToString(e.Permissions, 8),
        NoPermissions = e.NoPermissions,
        Deleted = e.Deleted,
        Invalid = e.IsInvalid,
        Ignored = (e.LocalFlags & LocalFlags.Ignored) != 0,
        MustRescan = (e.LocalFlags & LocalFlags.MustRescan) != 0,
        LocalFlags = (int)e.LocalFlags,
        Version = [.. e.Version.Counters.Select(c => $"{c.Device}:{c.Value}")],
        Sequence = e.Sequence,
        NumBlocks = e.Blocks?.Count ?? 0,
        BlocksHash = e.BlocksHash.IsNone ? null : e.BlocksHash.ToString(),
    };

    private static string TypeName(FileType type) => type switch
    {
        FileType.Directory => "FILE_INFO_TYPE_DIRECTORY",
        FileType.Symlink => "FILE_INFO_TYPE_SYMLINK",
        _ => "FILE_INFO_TYPE_FILE",
    };
}
