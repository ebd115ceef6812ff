using FolderSync.CommandLine.Shell;
using Xunit;

namespace FolderSync.CommandLine.Tests.Shell;

public sealed class TerminalTests
{
    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("one", 2, "one")]
    [InlineData("a longerword b", 5, "a|longerword|b")]
    [InlineData("one\ntwo three", 20, "one|two three")]
    [InlineData("", 10, "")]
    public void Lines_break_at_spaces(string text, int width, string lines) => Assert.Equal(lines, string.Join('|', Terminal.Wrap(text, width)));

    [Theory]
    [InlineData("120", 120)]
    [InlineData("40", 40)]
    [InlineData("39", Terminal.PlainWidth)]
    [InlineData("-5", Terminal.PlainWidth)]
    [InlineData("99999999999", Terminal.PlainWidth)]
    [InlineData(null, Terminal.PlainWidth)]
    public void The_width_is_what_is_said_where_it_can_be(string? columns, int width) =>
        Assert.Equal(width, Terminal.Width(new CliContext(TextWriter.Null, TextWriter.Null, name => name == "COLUMNS" ? columns : null, IsTerminal: false, "/")));

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "", true)]
    [InlineData(true, "1", false)]
    [InlineData(false, null, false)]
    public void Colours_are_for_a_terminal_whose_owner_wants_them(bool isTerminal, string? noColor, bool has) =>
        Assert.Equal(has, Terminal.HasColours(new CliContext(TextWriter.Null, TextWriter.Null, name => name == "NO_COLOR" ? noColor : null, isTerminal, "/")));
}
