using FolderSync.Api.Service;
using FolderSync.Configuration.Store;

namespace FolderSync.Api.Access;

/// <summary>
/// Makes the links that open the page for its owner: whoever can read the home has the API key, and gets one. The token is behind the '#', which
/// browsers send nobody: a script posts it, so that neither a preview of the link nor a log uses it up or keeps it.
/// </summary>
public sealed class PageLinks
{
    public const string File = "open.html";

    /// <summary>Of a link that a program hands to the browser at once.</summary>
    private static readonly TimeSpan Opened = TimeSpan.FromMinutes(2);

    /// <summary>Of a link that a person copies.</summary>
    private static readonly TimeSpan Printed = TimeSpan.FromMinutes(10);

    private readonly PageEndpoint _page;
    private readonly ConfigStore _config;
    private readonly LinkTokens _tokens;

    internal PageLinks(PageEndpoint page, ConfigStore config, LinkTokens tokens) => (_page, _config, _tokens) = (page, config, tokens);

    /// <summary>Where a password is set, or other computers reach the page, a link opens nothing.</summary>
    public bool AreInUse => _page.IsOnLoopback && _config.Current.Page.PasswordHash.Length == 0;

    /// <param name="view">The page's view, as after "#/" in its address; empty for the first one.</param>
    /// <param name="isPrinted">A person will copy it, which takes longer.</param>
    /// <returns>The page's plain address if <see cref="AreInUse"/> is false.</returns>
    public string Create(string view, bool isPrinted)
    {
        if (AreInUse)
            return $"{_page.Url}{File}#{_tokens.Issue(isPrinted ? Printed : Opened)}/{view}";
        return view.Length > 0 ? $"{_page.Url}#/{view}" : _page.Url;
    }
}
