namespace FolderSync.Api.Access;

/// <summary>What a request asks for, as far as its admission goes.</summary>
internal enum Asked
{
    /// <summary>Answers to everyone who uses the right Host name.</summary>
    Health,

    /// <summary>What a person needs to log in: the login page's files and routes.</summary>
    Login,

    /// <summary>The page at "/": who is not logged in is led to the login.</summary>
    FrontPage,

    /// <summary>Other files, codes and figures: read only.</summary>
    File,

    Rest,
}

/// <summary>All that a request's admission is decided from.</summary>
/// <param name="HasKey">It carries the API key.</param>
/// <param name="HasWrongKey">It carries something else in the key's place.</param>
/// <param name="OnLoopback">The interface is bound to this computer only.</param>
/// <param name="IsOurHost">It calls this computer by a name of ours.</param>
/// <param name="IsOurOrigin">It comes from no foreign page, as far as the browser says.</param>
/// <param name="HasToken">It carries a token that one of our pages was given.</param>
internal readonly record struct AccessFacts(
    Asked Asked, bool HasKey, bool HasWrongKey, bool OnLoopback, bool IsOurHost, bool PasswordSet, bool LoggedIn, bool IsOurOrigin, bool HasToken);

internal enum Admission
{
    Granted,
    ForeignHost,
    OpenToNetwork,
    WrongKey,
    LogIn,
    LoginPage,
    ForeignOrigin,
    NoToken,
}

/// <summary>Who may ask what.</summary>
internal static class AccessRules
{
    public static Admission Decide(AccessFacts f)
    {
        if (f.HasKey)
            return Admission.Granted;
        if (f.OnLoopback && !f.IsOurHost)
            return Admission.ForeignHost;
        if (f.Asked == Asked.Health)
            return Admission.Granted;
        if (!f.OnLoopback && !f.PasswordSet)
            return Admission.OpenToNetwork;
        if (f.HasWrongKey)
            return Admission.WrongKey;
        if (f.Asked == Asked.Login)
            return f.IsOurOrigin ? Admission.Granted : Admission.ForeignOrigin;
        if (f.PasswordSet && !f.LoggedIn)
            return f.Asked == Asked.FrontPage ? Admission.LoginPage : Admission.LogIn;
        if (f.Asked != Asked.Rest)
            return Admission.Granted;
        return !f.IsOurOrigin ? Admission.ForeignOrigin : f.HasToken ? Admission.Granted : Admission.NoToken;
    }

    /// <summary>For whoever is refused: what happened and what to do.</summary>
    public static string Sentence(Admission admission, string host) => admission switch
    {
        Admission.ForeignHost => $"This page is not called '{host}'. If you use a reverse proxy, add its name under page: allowed-hosts in config.yaml.",
        Admission.OpenToNetwork => "This interface is reachable from the network and has no password: it only answers programs with the API key (X-API-Key). " +
            "Set a password with `foldersync password`, or open the page at 127.0.0.1 on the computer itself.",
        Admission.WrongKey => "The API key is wrong. It is in config.yaml under page: api-key.",
        Admission.LogIn => "Not logged in. Log in on the page, or send the API key as X-API-Key.",
        Admission.ForeignOrigin => "This request comes from another site's page and is refused.",
        _ => "Not authorized: send the API key as X-API-Key, or use the page in a browser.",
    };
}
