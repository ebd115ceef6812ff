using FolderSync.Api.Access;
using Xunit;

namespace FolderSync.Api.Tests.Access;

/// <summary>The whole table of which requests are admitted.</summary>
public class AccessRulesTests
{
    private static readonly AccessFacts AnonymousRequest = new(RequestKind.Rest, false, false, true, true, false, false, true, false);
    private static readonly AccessFacts Page = AnonymousRequest with { HasSession = true, HasToken = true };
    private static readonly AccessFacts Sessionless = AnonymousRequest with { HasToken = true };
    private static readonly AccessFacts OnNetwork = Page with { OnLoopback = false, IsOurHost = false };

    public static TheoryData<string, object, string> Cases()
    {
        var data = new TheoryData<string, object, string>();
        void Add(string name, AccessFacts facts, AccessDecision wanted) => data.Add(name, facts, wanted.ToString());

        Add("the key opens everything", AnonymousRequest with { HasKey = true }, AccessDecision.Granted);
        Add("the key opens it under any name", AnonymousRequest with { HasKey = true, IsOurHost = false }, AccessDecision.Granted);
        Add("the key opens it off loopback", OnNetwork with { HasKey = true, HasToken = false }, AccessDecision.Granted);
        Add("the key needs neither login nor token nor origin", OnNetwork with { HasKey = true, PasswordSet = true, IsOurOrigin = false }, AccessDecision.Granted);

        Add("on loopback the page works once it was opened", Page, AccessDecision.Granted);
        Add("so does the front page", Page with { Kind = RequestKind.FrontPage, HasToken = false }, AccessDecision.Granted);
        Add("so do its files", Page with { Kind = RequestKind.File, HasToken = false }, AccessDecision.Granted);
        Add("a request without a token is refused", Page with { HasToken = false }, AccessDecision.NoToken);
        Add("REST without a session is refused on loopback, whatever token there is", Sessionless, AccessDecision.NotOpened);
        Add("files without a session are refused on loopback", Sessionless with { Kind = RequestKind.File }, AccessDecision.NotOpened);
        Add("the front page without a session leads to the explanation", Sessionless with { Kind = RequestKind.FrontPage }, AccessDecision.OpenPage);
        Add("the explanation is open on loopback", AnonymousRequest with { Kind = RequestKind.Login }, AccessDecision.Granted);
        Add("no foreign page opens it", AnonymousRequest with { Kind = RequestKind.Login, IsOurOrigin = false }, AccessDecision.ForeignOrigin);
        Add("links are made with the key", AnonymousRequest with { Kind = RequestKind.KeyOnly, HasKey = true }, AccessDecision.Granted);
        Add("a session of the page makes no links", Page with { Kind = RequestKind.KeyOnly }, AccessDecision.KeyNeeded);
        Add("nor after a login", Page with { Kind = RequestKind.KeyOnly, PasswordSet = true }, AccessDecision.KeyNeeded);
        Add("a foreign origin is refused with a token", Page with { IsOurOrigin = false }, AccessDecision.ForeignOrigin);
        Add("a wrong key is refused with a token", Page with { HasWrongKey = true }, AccessDecision.WrongKey);

        foreach (var asked in Enum.GetValues<RequestKind>())
            Add($"a foreign name is refused on loopback: {asked}", Page with { Kind = asked, IsOurHost = false }, AccessDecision.ForeignHost);
        Add("health needs only the name", AnonymousRequest with { Kind = RequestKind.Health, IsOurOrigin = false, HasWrongKey = true }, AccessDecision.Granted);

        foreach (var asked in Enum.GetValues<RequestKind>().Where(a => a != RequestKind.Health))
            Add($"off loopback without a password nothing is open: {asked}", OnNetwork with { Kind = asked }, AccessDecision.OpenToNetwork);
        Add("health is open off loopback", OnNetwork with { Kind = RequestKind.Health }, AccessDecision.Granted);

        foreach (var onLoopback in (bool[])[true, false])
        {
            var guarded = (onLoopback ? Page : OnNetwork) with { PasswordSet = true, HasSession = false };
            Add($"REST asks for a login ({onLoopback})", guarded, AccessDecision.LogIn);
            Add($"files ask for a login ({onLoopback})", guarded with { Kind = RequestKind.File }, AccessDecision.LogIn);
            Add($"the front page leads to the login ({onLoopback})", guarded with { Kind = RequestKind.FrontPage }, AccessDecision.LoginPage);
            Add($"the login is open ({onLoopback})", guarded with { Kind = RequestKind.Login, HasToken = false }, AccessDecision.Granted);
            Add($"no foreign page logs in ({onLoopback})", guarded with { Kind = RequestKind.Login, IsOurOrigin = false }, AccessDecision.ForeignOrigin);
            Add($"who is logged in is let in ({onLoopback})", guarded with { HasSession = true }, AccessDecision.Granted);
            Add($"a session is not enough without a token ({onLoopback})", guarded with { HasSession = true, HasToken = false }, AccessDecision.NoToken);
            Add($"a session is not enough from a foreign page ({onLoopback})", guarded with { HasSession = true, IsOurOrigin = false }, AccessDecision.ForeignOrigin);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Admissions(string name, object facts, string wanted)
    {
        Assert.NotEmpty(name);
        Assert.Equal(wanted, AccessRules.Decide((AccessFacts)facts).ToString());
    }

    [Fact]
    public void Every_refusal_has_a_sentence()
    {
        foreach (var admission in Enum.GetValues<AccessDecision>())
            Assert.EndsWith(".", AccessRules.Explain(admission, "evil.example"), StringComparison.Ordinal);
    }
}
