using FolderSync.Api.Http;
using Xunit;

namespace FolderSync.Api.Tests.Http;

/// <summary>What is masked, and that a mask which comes back means what is there.</summary>
public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("""{"gui":{"apiKey":"k","password":"h","user":"u","useTLS":true}}""", """{"gui":{"apiKey":"********","password":"********","user":"u","useTLS":true}}""")]
    [InlineData("""{"apiKey":"","password":null}""", """{"apiKey":"","password":null}""")]
    [InlineData("""{"folders":[{"id":"a","devices":[{"deviceID":"D","encryptionPassword":"p"}]}]}""", """{"folders":[{"id":"a","devices":[{"deviceID":"D","encryptionPassword":"********"}]}]}""")]
    [InlineData("""{"ldap":{"bindPassword":"p","address":"a"}}""", """{"ldap":{"bindPassword":"********","address":"a"}}""")]
    [InlineData("""{"mySecrets":{"a":["x",{"b":"y"}],"n":1}}""", """{"mySecrets":{"a":["********",{"b":"********"}],"n":1}}""")]
    public void Every_secret_is_masked(string json, string masked)
    {
        Assert.Equal(masked, SecretMask.Of(json));
        // What was read, written back.
        Assert.Equal(json, SecretMask.Restore(masked, json));
    }

    [Theory]
    [InlineData("""{"password":"new"}""", """{"password":"old"}""", """{"password":"new"}""")]
    [InlineData("""{"password":""}""", """{"password":"old"}""", """{"password":""}""")]
    [InlineData("""{"a":1,"password":"********"}""", """{}""", """{"a":1}""")]
    [InlineData("""[{"id":"b","token":"********"},{"id":"c","token":"********"}]""", """[{"id":"a","token":"1"},{"id":"b","token":"2"}]""", """[{"id":"b","token":"2"},{"id":"c"}]""")]
    [InlineData("""{"id":"b","token":"********"}""", """[{"id":"a","token":"1"},{"id":"b","token":"2"}]""", """{"id":"b","token":"2"}""")]
    [InlineData("""{"id":"c","token":"********"}""", "null", """{"id":"c"}""")]
    [InlineData("""{"tokens":["********","new","********"]}""", """{"tokens":["one"]}""", """{"tokens":["one","new"]}""")]
    public void A_mask_means_what_is_there_and_nothing_if_nothing_is(string sent, string present, string wanted) =>
        Assert.Equal(wanted, SecretMask.Restore(sent, present));
}
