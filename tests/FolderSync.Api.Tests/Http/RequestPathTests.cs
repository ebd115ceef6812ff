using FolderSync.Api.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace FolderSync.Api.Tests.Http;

public sealed class RequestPathTests
{
    [Theory]
    [InlineData("/rest/config/folders/photos", "photos")]
    [InlineData("/rest/config/folders/photos/", "photos")]
    [InlineData("/rest/config/folders/a%2Fb?x=/y", "a/b")]
    [InlineData("/rest/config/folders/%252e%252e", "%2e%2e")]
    [InlineData("http://127.0.0.1:8384/rest/config/folders/a%20b", "a b")]
    [InlineData("http://127.0.0.1:8384", "")]
    [InlineData("/rest/config/folders/http://x", "x")]
    public void The_last_segment_is_decoded_once(string target, string last)
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        Assert.Equal(last, RequestPath.Last(context));
    }
}
