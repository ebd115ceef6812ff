using FolderSync.Api.Access;
using Xunit;

namespace FolderSync.Api.Tests.Access;

/// <summary>The whole table of which requests are admitted.</summary>
public class AccessRulesTests
{
    private static readonly AccessFacts Stranger = new(Asked.Rest, false, false, true, true, false, false, true, false);
    private static readonly AccessFacts Page = Stranger with { HasToken = true };
    private static readonly AccessFacts OnNetwork = Page with { OnLoopback = false, IsOurHost = false };

    public static TheoryData<string, object, string> Cases()
    {
        var data = new TheoryData<string, object, string>();
        void Add(string name, AccessFacts facts, Admission wanted) => data.Add(name, facts, wanted.ToString());

        Add("the key opens everything", Stranger with { HasKey = true }, Admission.Granted);
        Add("the key opens it under any name", Stranger with { HasKey = true, IsOurHost = false }, Admission.Granted);
        Add("the key opens it off loopback", OnNetwork with { HasKey = true, HasToken = false }, Admission.Granted);
        Add("the key needs neither login nor token nor origin", OnNetwork with { HasKey = true, PasswordSet = true, IsOurOrigin = false }, Admission.Granted);

        Add("on loopback the page works right away", Page, Admission.Granted);
        Add("the front page is open on loopback", Stranger with { Asked = Asked.FrontPage }, Admission.Granted);
        Add("its files are open on loopback", Stranger with { Asked = Asked.File }, Admission.Granted);
        Add("a request without a token is refused", Stranger, Admission.NoToken);
        Add("a foreign origin is refused with a token", Page with { IsOurOrigin = false }, Admission.ForeignOrigin);
        Add("a wrong key is refused with a token", Page with { HasWrongKey = true }, Admission.WrongKey);

        foreach (var asked in Enum.GetValues<Asked>())
            Add($"a foreign name is refused on loopback: {asked}", Page with { Asked = asked, IsOurHost = false }, Admission.ForeignHost);
        Add("health needs only the name", Stranger with { Asked = Asked.Health, IsOurOrigin = false, HasWrongKey = true }, Admission.Granted);

        foreach (var asked in Enum.GetValues<Asked>().Where(a => a != Asked.Health))
            Add($"off loopback without a password nothing is open: {asked}", OnNetwork with { Asked = asked, LoggedIn = true }, Admission.OpenToNetwork);
        Add("health is open off loopback", OnNetwork with { Asked = Asked.Health }, Admission.Granted);

        foreach (var onLoopback in (bool[])[true, false])
        {
            var guarded = (onLoopback ? Page : OnNetwork) with { PasswordSet = true };
            Add($"REST asks for a login ({onLoopback})", guarded, Admission.LogIn);
            Add($"files ask for a login ({onLoopback})", guarded with { Asked = Asked.File }, Admission.LogIn);
            Add($"the front page leads to the login ({onLoopback})", guarded with { Asked = Asked.FrontPage }, Admission.LoginPage);
            Add($"the login is open ({onLoopback})", guarded with { Asked = Asked.Login, HasToken = false }, Admission.Granted);
            Add($"no foreign page logs in ({onLoopback})", guarded with { Asked = Asked.Login, IsOurOrigin = false }, Admission.ForeignOrigin);
            Add($"who is logged in is let in ({onLoopback})", guarded with { LoggedIn = true }, Admission.Granted);
            Add($"a session is not enough without a token ({onLoopback})", guarded with { LoggedIn = true, HasToken = false }, Admission.NoToken);
            Add($"a session is not enough from a foreign page ({onLoopback})", guarded with { LoggedIn = true, IsOurOrigin = false }, Admission.ForeignOrigin);
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
        foreach (var admission in Enum.GetValues<Admission>())
            Assert.EndsWith(".", AccessRules.Sentence(admission, "evil.example"), StringComparison.Ordinal);
    }
}
