using Microsoft.AspNetCore.Http.Features;

namespace FolderSync.Api.Http;

/// <summary>
/// A request's path as its client wrote it. What arrives at a route is decoded in part and without '.' and '..': a name that was left out,
/// or one that means a directory, would make a request for one folder a request for all of them.
/// </summary>
internal static class RequestPath
{
    /// <summary>Refuses paths that name something else than they seem to.</summary>
    public static Task CheckAsync(HttpContext context, RequestDelegate next) =>
        Validate(context.Request.Method, Raw(context)) is { } why ? throw new BadHttpRequestException(why) : next(context);

    /// <summary>The last segment, decoded once: an ID may hold slashes and percent signs.</summary>
    public static string Last(HttpContext context)
    {
        var path = Raw(context).TrimEnd('/');
        return Uri.UnescapeDataString(path[(path.LastIndexOf('/') + 1)..]);
    }

    /// <param name="path">Not decoded, without query.</param>
    internal static string? Validate(string method, string path)
    {
        var segments = path.Split('/');
        if (segments.Any(s => Uri.UnescapeDataString(s) is "." or ".."))
            return "The path holds '.' or '..', which can't name anything here.";
        var isChange = !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);
        return isChange && segments.Length > 2 && segments.Skip(1).Any(s => s.Length == 0)
            ? "The path ends in a slash or holds two in a row: the name of what is to be changed is missing."
            : null;
    }

    private static string Raw(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var end = target.IndexOf('?', StringComparison.Ordinal);
        var path = end < 0 ? target : target[..end];
        // A proxy's form has the scheme and the host before the path.
        var scheme = path.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && !path.StartsWith('/'))
            path = path.IndexOf('/', scheme + 3) is var start and >= 0 ? path[start..] : "/";
        return path.Length > 0 ? path : context.Request.Path.Value ?? "";
    }
}
