using FolderSync.Api.Http;

namespace FolderSync.Api.Rest;

/// <summary>What Syncthing's API has and FolderSync has not: each says so, and what there is instead.</summary>
internal static class UnsupportedRoutes
{
    private static readonly (string Method, string Path, string Why)[] All =
    [
        ("POST", "/db/prio", "FolderSync fetches in the folder's order (order: in config.yaml); a single file can't be put first."),
        ("POST", "/system/reset", "FolderSync doesn't erase its index on request: a damaged one is rebuilt by itself. To start afresh, remove the folder and add it again; the files stay."),
        ("GET", "/system/upgrade", "FolderSync doesn't look for new versions and doesn't upgrade itself. Upgrade it the way it was installed."),
        ("POST", "/system/upgrade", "FolderSync doesn't look for new versions and doesn't upgrade itself. Upgrade it the way it was installed."),
        ("POST", "/system/discovery", "Addresses can't be put into the discovery cache. Write them into the device's addresses."),
        ("GET", "/svc/report", "FolderSync sends no usage reports, so there is none to show."),
        ("GET", "/debug/cpuprof", "FolderSync has no built-in profiler. Use dotnet-trace."),
        ("GET", "/debug/heapprof", "FolderSync has no built-in profiler. Use dotnet-gcdump."),
        ("GET", "/debug/support", "FolderSync makes no support bundle. What it would hold is under /rest/system/log.txt, /rest/system/status and /metrics."),
    ];

    public static void Map(RouteGroupBuilder rest)
    {
        foreach (var (method, path, why) in All)
            rest.MapMethods(path, [method], () => RestErrors.Text(StatusCodes.Status501NotImplemented, why));
        rest.MapFallback("{**path}", (HttpContext context) => RestErrors.Text(404, $"FolderSync has no {context.Request.Method} {context.Request.Path}."));
    }
}
