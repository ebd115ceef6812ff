using FolderSync.Configuration.Schema;
using Xunit;

namespace FolderSync.Configuration.Tests.Schema;

public sealed class PasswordTests
{
    [Theory]
    [InlineData("a short one")]
    [InlineData("correct horse battery staple")]
    [InlineData("ümlaut ☃")]
    public void A_password_matches_its_own_hash_only(string password)
    {
        var hash = Password.Hash(password);
        Assert.True(Password.IsHash(hash));
        Assert.True(Password.Verify(password, hash));
        Assert.False(Password.Verify(password + " ", hash));
        Assert.False(Password.Verify("", hash));
        Assert.NotEqual(hash, Password.Hash(password));
        Assert.DoesNotContain(password, hash[7..], StringComparison.Ordinal);
    }

    /// <summary>Other programs write $2b$ and $2y$.</summary>
    [Theory]
    [InlineData("$2a$10$IWMkzCTlNV77i3sXqDK2uO4k8JDj5v0vYc5mWrNkLk9pTBqf7FtLm", false)]
    [InlineData("$2y$10$.vGA1O9wmRjrwAVXD98HNOgsNpDczlqm3Jq7KnEd1rVAGv3Fykk1a", true)]
    public void Hashes_of_other_programs_are_checked(string hash, bool isRasmuslerdorf)
    {
        Assert.True(Password.IsHash(hash));
        Assert.Equal(isRasmuslerdorf, Password.Verify("rasmuslerdorf", hash));
    }

    [Theory]
    [InlineData("")]
    [InlineData("secret")]
    [InlineData("$2a$31$IWMkzCTlNV77i3sXqDK2uO4k8JDj5v0vYc5mWrNkLk9pTBqf7FtLm")]
    [InlineData("$2a$10$short")]
    [InlineData("$2a$10$IWMkzCTlNV77i3sXqDK2uO4k8JDj5v0vYc5mWrNkLk9pTBqf7FtLm\n")]
    [InlineData("$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b7dWRWJTmaaJObG")]
    public void What_is_no_hash_opens_nothing(string hash)
    {
        Assert.False(Password.IsHash(hash));
        Assert.False(Password.Verify(hash, hash));
        Assert.False(Password.Verify("", hash));
    }

    [Fact]
    public void A_password_that_would_be_cut_off_is_refused()
    {
        Assert.Null(Password.Validate(new string('x', 72)));
        Assert.NotNull(Password.Validate(new string('x', 73)));
        Assert.NotNull(Password.Validate("ä" + new string('x', 71)));
        Assert.NotNull(Password.Validate(""));
        Assert.Throws<ArgumentException>(() => Password.Hash(new string('x', 73)));
    }
}
