using System.Reflection;
using FolderSync.Api.Access;

namespace FolderSync.Api.Web;

/// <summary>The page's files, embedded in the program; each page is sent with a CSRF token that it returns with each request.</summary>
internal static class StatusPage
{
    private const string Prefix = "FolderSync.Api.Web.";

    public static void Map(WebApplication app, AccessMiddleware gate)
    {
        foreach (var name in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var file = name[Prefix.Length..];
            var type = TypeOf(Path.GetExtension(file));
            app.MapGet(file == "index.html" ? "/" : "/" + file, (HttpContext context) =>
            {
                if (file == "index.html")
                    gate.IssueCsrfToken(context);
                return Results.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!, type);
            });
        }
    }

    private static string TypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new ArgumentOutOfRangeException(nameof(extension), extension, "The page has files of no such type."),
    };
}
