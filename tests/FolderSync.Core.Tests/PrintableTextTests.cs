using FolderSync.Core.Text;
using Xunit;

namespace FolderSync.Core.Tests;

public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("ünï 文書 😀", "ünï 文書 😀")]
    [InlineData("a\u001b[31m\nb", "a\\u001b[31m\\u000ab")]
    [InlineData("x\u202egpj.exe", "x\\u202egpj.exe")]
    public void Others_words_can_not_steer_a_terminal(string text, string shown) => Assert.Equal(shown, PrintableText.Escape(text));
}
