using FolderSync.Configuration.Yaml;
using Xunit;

namespace FolderSync.Configuration.Tests.Yaml;

public sealed class ConfigDocumentTests
{
    private static ConfigDocument Parse(string text) => ConfigDocument.Parse("config.yaml", text);

    public static TheoryData<string, string, string, string> Sets => new()
    {
        // text, path, value, result
        { "a: 1 # one\nb: 2\n", "a", "v", "a: v # one\nb: 2\n" },
        { "a: \"x # y\" # one\n", "a", "z", "a: z # one\n" },
        { "a: # none yet\nb: 2\n", "a", "x", "a: x # none yet\nb: 2\n" },
        { "a:\n", "a", "x", "a: x\n" },
        { "a:", "a", "x", "a: x" },
        { "", "a", "x", "a: x\n" },
        { "# only a comment", "a", "x", "# only a comment\na: x\n" },
        { "a: 1", "b", "x", "a: 1\nb: x\n" },
        { "a: 1\r\nc: 2\r\n", "b", "x", "a: 1\r\nc: 2\r\nb: x\r\n" },
        { "a:\n  b: 1 # c\n  # d\n\ne: 2\n", "a.x", "v", "a:\n  b: 1 # c\n  x: v\n  # d\n\ne: 2\n" },
        { "a:\n  # b: 1\nc: 2\n", "a.x", "v", "a:\n  x: v\n  # b: 1\nc: 2\n" },
        { "a: {}\n", "a.x", "v", "a:\n  x: v\n" },
        { "a: {} # none\nb: 1\n", "a.x", "v", "a: # none\n  x: v\nb: 1\n" },
        { "a: {b: 1, c: [2]}\n", "a.x", "v", "a: {b: 1, c: [2], x: v}\n" },
        { "a: {b: 1, c: {}}\n", "a.c.x", "v", "a: {b: 1, c: {x: v}}\n" },
        { "a: |\n  text\n  more\nb: 1\n", "a", "x", "a: x\nb: 1\n" },
        { "a: 1\nb: |\n  text\n", "c", "x", "a: 1\nb: |\n  text\nc: x\n" },
        { "- a: 1\n  b: 2 # c\n- a: 3\n", "0.b", "x", "- a: 1\n  b: x # c\n- a: 3\n" },
        { "- a: 1\n- a: 3\n", "0.z", "x", "- a: 1\n  z: x\n- a: 3\n" },
        { "a: one\n  two\nb: 1\n", "a", "x", "a: x\nb: 1\n" },
        { "a: 1\n", "b.c.d", "x", "a: 1\nb:\n  c:\n    d: x\n" },
        { "a: 1\n", "a", "x: y", "a: \"x: y\"\n" },
        { "a: 1\n", "a", "true", "a: \"true\"\n" },
        { "a: 1\n", "a", "", "a: \"\"\n" },
        { "a: [x, y] # c\n", "a.1", "z", "a: [x, z] # c\n" },
        { "a:\n- \n- y\n", "a.0", "z", "a:\n- z \n- y\n" },
        { "a:\n  - b # c\n", "a", "z", "a: z\n" },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Set_changes_only_the_value(string text, string path, string value, string result) =>
        Assert.Equal(result, Parse(text).Set(YamlValue.Text(value), Steps(path)).Text);

    public static TheoryData<string, string, string> Removals => new()
    {
        { "a: 1\nb: 2 # two\nc: 3\n", "b", "a: 1\nc: 3\n" },
        { "# keep\na: 1\n# keep too\n", "a", "# keep\n# keep too\n" },
        { "a:\n  b: 1\nc: 3\n", "a.b", "a: {}\nc: 3\n" },
        { "a: # x\n  # y\n  b: 1\nc: 3\n", "a.b", "a: {} # x\n  # y\nc: 3\n" },
        { "a:\n  - x\n  # about y\n  - y # why\n  - z\n", "a.1", "a:\n  - x\n  # about y\n  - z\n" },
        { "a:\n- x\nb: 1\n", "a.0", "a: []\nb: 1\n" },
        { "a: [x, y, z]\n", "a.0", "a: [y, z]\n" },
        { "a: [x, y, z]\n", "a.2", "a: [x, y]\n" },
        { "a: [x]\n", "a.0", "a: []\n" },
        { "a: [x, # one\n  y, # two\n  ]\n", "a.0", "a: [ # one\n  y, # two\n  ]\n" },
        { "a: [x, # one\n  y # two\n  ]\n", "a.1", "a: [x, # one\n   # two\n  ]\n" },
        { "a: {b: 1, c: 2}\n", "a.b", "a: {c: 2}\n" },
        { "- a: 1\n  b: 2\n- c: 3\n", "0.a", "- b: 2\n- c: 3\n" },
        { "- a: 1 # one\n  # about b\n  b: 2\n", "0.a", "-  # one\n  # about b\n  b: 2\n" },
        { "- a: 1\n", "0.a", "- {}\n" },
        { "- # c - d\n  a: 1\n- b: 2\n", "0", "- b: 2\n" },
        { "- - a\n  - b\n", "0.0", "- - b\n" },
        { "a: |\n  text\n\nb: 1\n", "a", "b: 1\n" },
        { "a: 1\nb: 2", "b", "a: 1\n" },
    };

    [Theory]
    [MemberData(nameof(Removals))]
    public void Remove_takes_only_its_lines(string text, string path, string result) => Assert.Equal(result, Parse(text).Remove(Steps(path)).Text);

    public static TheoryData<string, string, string> Appends => new()
    {
        { "a:\n  - x # c\n# d\n", "a", "a:\n  - x # c\n  - new\n# d\n" },
        { "a:\n- x\nb: 1\n", "a", "a:\n- x\n- new\nb: 1\n" },
        { "a: [x, y] # c\n", "a", "a: [x, y, new] # c\n" },
        { "a: [x, y,]\n", "a", "a: [x, y, new,]\n" },
        { "a: []\n", "a", "a: [new]\n" },
        { "a:\n", "a", "a: [new]\n" },
        { "b: 1\n", "a", "b: 1\na: [new]\n" },
        { "a:\n  - x: |\n      text\nb: 1\n", "a", "a:\n  - x: |\n      text\n  - new\nb: 1\n" },
    };

    [Theory]
    [MemberData(nameof(Appends))]
    public void Append_writes_as_its_neighbours_are_written(string text, string path, string result) =>
        Assert.Equal(result, Parse(text).Append(YamlValue.Text("new"), Steps(path)).Text);

    [Fact]
    public void Groups_are_appended_over_lines()
    {
        var group = new YamlValue.Map([("id", YamlValue.Text("x")), ("addresses", YamlValue.Of([YamlValue.Text("tcp://[::1]:22000"), YamlValue.Text("dynamic")]))]);
        Assert.Equal("devices:\n  - id: x\n    addresses: [\"tcp://[::1]:22000\", dynamic]\n  # - id: example\n",
            Parse("devices:\n  # - id: example\n").Append(group, "devices").Text);
        Assert.Equal("devices:\n- id: a\n- id: x\n  addresses: [\"tcp://[::1]:22000\", dynamic]\n", Parse("devices:\n- id: a\n").Append(group, "devices").Text);
        Assert.Equal("devices: [{id: a}, {id: x, addresses: [\"tcp://[::1]:22000\", dynamic]}]\n", Parse("devices: [{id: a}]\n").Append(group, "devices").Text);
    }

    public static TheoryData<string, int, int, string> Refused => new()
    {
        { "a: &x 1\n", 1, 4, "anchors" },
        { "a: 1\nb: *x\n", 2, 4, "aliases" },
        { "a: !!str 1\n", 1, 4, "tags" },
        { "a: 1\nb: 2\na: 3\n", 3, 1, "duplicate key" },
        { "a: 1\n---\nb: 2\n", 2, 1, "more than one" },
        { "a: [1,\n", 2, 1, "not valid YAML" },
        { "a:\n\tb: 2\n", 2, 1, "with a tab" },
        { "a: 1\n  \tb: 2\n", 2, 3, "with a tab" },
        { "a: b: c\n", 1, 5, "not valid YAML" },
        { "? a\n: b\n", 1, 1, "simple word" },
        { "a: \0\n", 1, 1, "NUL" },
        { "a: 1\n# b\u2028c: 2\n", 2, 4, "U+2028" },
        { "a: 1\rb: 2\n", 1, 5, "U+000D" },
        { "a: 1\nb: 2\n? c\n: d\n", 3, 1, "simple word" },
        { "a: [[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]\n", 1, 23, "deeper" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_not_taken_is_named_with_its_place(string text, int line, int column, string message)
    {
        var e = Assert.Throws<ConfigException>(() => Parse(text));
        Assert.Equal((line, column), (e.First.Line, e.First.Column));
        Assert.Contains(message, e.First.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_over_a_megabyte_is_refused() =>
        Assert.Contains("at most", Assert.Throws<ConfigException>(() => Parse(new string('#', (1 << 20) + 1))).Message, StringComparison.Ordinal);

    private static YamlStep[] Steps(string path) => [.. path.Split('.').Select(s => int.TryParse(s, out var i) ? (YamlStep)i : (YamlStep)s)];
}
