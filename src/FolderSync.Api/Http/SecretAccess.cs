namespace FolderSync.Api.Http;

/// <summary>
/// Whether a request's sender sees secrets in the answer: only who sends the API key does. Sessions of the page get them masked, so that a script or
/// a person in front of an open page doesn't take away what works everywhere and for ever.
/// </summary>
internal static class SecretAccess
{
    private static readonly object Allowed = new();

    public static void Allow(HttpContext context) => context.Items[Allowed] = true;

    public static bool IsAllowed(HttpContext context) => context.Items.ContainsKey(Allowed);
}
