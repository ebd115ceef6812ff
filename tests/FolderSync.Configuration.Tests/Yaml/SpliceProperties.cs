using CsCheck;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using Xunit;

namespace FolderSync.Configuration.Tests.Yaml;

/// <summary>
/// Random documents, written as users write them, and random changes: everything that a change doesn't concern stays the same, character for
/// character.
/// </summary>
public sealed class SpliceProperties
{
    private static readonly Gen<string> Word = OneOf("a", "b", "name", "x-1", "zwei", "ünï", "no", "1", "tcp://h:1", "with space");
    private static readonly Gen<string> Value = OneOf("plain", "two words", "\"quoted # not a comment\"", "'it''s'", "", "12", "~", "\"\"", "a:b", "[x, 'y', z]", "{k: v, l: [1]}", "[]", "{}",
        "[x, # why\n        y,\n        ]", "|\n        some\n\n        text", ">-\n        folded\n        text", "plain over\n        lines");
    private static readonly Gen<string> Comment = OneOf("", "", " # why: 'quoted' - [x]", "   # ünï");
    private static readonly Gen<string> Between = OneOf("", "", "\n", "  # a comment: with - signs\n", "# at the start\n", "\n\n      # deep\n");

    private static readonly Gen<string> Document =
        from crlf in Gen.Bool
        from end in Gen.Bool
        from mark in Gen.Int[0, 9]
        from start in OneOf("", "", "", "---\n", "# first\n---\n", "%YAML 1.2\n---\n")
        from sections in SectionGen.Array[0, 5]
        select (mark == 0 ? "\uFEFF" : "") + Finish(start + string.Concat(sections.Select((s, i) => s.Replace("KEY", Key(i), StringComparison.Ordinal))), crlf, end);

    /// <summary>Keys may be quoted, and contain characters that have a meaning elsewhere.</summary>
    private static string Key(int i) => i switch { 3 => "\"s 3: # x\"", 4 => "'s-4'", _ => $"s{i}" };

    private static Gen<string> SectionGen =>
        from before in Between
        from style in Gen.Int[0, 6]
        from comment in Comment
        from keys in Gen.Select(Value, Comment, Between).Array[1, 4]
        select before + style switch
        {
            0 => $"KEY: {Line(keys[0].Item1, keys[0].Item2)}",
            1 => $"KEY:{comment}\n" + string.Concat(keys.Select((k, i) => $"{k.Item3}    k{i}: {Line(k.Item1, k.Item2)}")),
            2 => $"KEY:{comment}\n" + string.Concat(keys.Select(k => $"{k.Item3}    - {Line(k.Item1, k.Item2)}")),
            3 => $"KEY:{comment}\n" + string.Concat(keys.Select((k, i) => $"{k.Item3}    - k{i}: {Line(k.Item1, k.Item2)}      other: 1{k.Item2}\n")),
            // As deep as users write, and a list that is not indented.
            4 => $"KEY:{comment}\n  in:\n    deeper:\n" + string.Concat(keys.Select((k, i) => $"{k.Item3}      'k{i}': {Line(k.Item1, k.Item2)}")),
            5 => $"KEY:{comment}\n" + string.Concat(keys.Select(k => $"- \"it\"{k.Item2}\n{k.Item3}")),
            _ => $"KEY:\t{(comment.Length == 0 ? "tabbed" : "tabbed\t#" + comment.Replace("#", "", StringComparison.Ordinal))}\n",
        };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>A comment can't follow a block scalar's text.</summary>
    private static string Line(string value, string comment) => value.StartsWith('|') || value.StartsWith('>') ? value + "\n" : value + comment + "\n";

    private static string Finish(string text, bool crlf, bool end)
    {
        // A text block at the end of the file lacks its last line end: it changes if something follows.
        text = end || text.EndsWith("text\n", StringComparison.Ordinal) ? text : text.TrimEnd('\n');
        return crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text;
    }

    [Fact]
    public void A_change_leaves_every_other_line_as_it_is_and_comes_to_what_is_wanted() =>
        Gen.Select(Document, Gen.Int[0, 1_000_000], Gen.Int[0, 3], Word).Sample((text, pick, kind, word) =>
        {
            var document = ConfigDocument.Parse("f", text);
            var places = Places(document.Root, []).ToList();
            if (places.Count == 0)
                return;
            var (path, node, from) = places[pick % places.Count];
            var changed = kind switch
            {
                0 => document.Set(YamlValue.Text(word), path),
                1 => document.Remove(path),
                2 when node is YamlSequence => document.Append(YamlValue.Text(word), path),
                _ when node is YamlMap => document.Set(YamlValue.Text(word), [.. path, "new"]),
                _ => document.Set(YamlValue.Text(word), "new"),
            };
            // The document itself verifies the result; this checks that the rest stays the same.
            var takesPart = kind is 0 or 1 || node is YamlMap { IsFlow: true } or YamlSequence { IsFlow: true };
            var (first, last) = takesPart ? (from, LastLine(text.TrimStart('\uFEFF'), node)) : (1, 0);
            var old = Lines(text);
            var rest = first > last ? old : [.. old.Take(first - 1), .. old.Skip(last)];
            var now = Lines(changed.Text);
            Assert.Equal(text.StartsWith('\uFEFF'), changed.Text.StartsWith('\uFEFF'));
            Assert.True(!text.Contains("\r\n", StringComparison.Ordinal) || !changed.Text.Replace("\r\n", "", StringComparison.Ordinal).Contains('\n', StringComparison.Ordinal), $"Line ends are mixed now:\n{changed.Text}");
            Assert.True(IsSubsequence(rest, now, kind == 1), $"kind {kind}, path {string.Join('.', path)}\n--- before\n{text}\n--- after\n{changed.Text}");
        }, iter: 5_000);

    [Fact]
    public void Typed_changes_come_to_the_wanted_configuration_and_keep_comments_and_unknown_options()
    {
        var home = new HomeDirectory("/state/foldersync");
        Gen.Select(ConfigGen, ConfigGen, Gen.Bool).Sample((one, two, commented) =>
        {
            var document = ConfigDocument.Parse("f", commented ? InitialConfig.Text("x", "k") + "mine: {a: [1]} # kept\n" : "");
            foreach (var wanted in new[] { one, two, one })
            {
                var old = ConfigReader.Read("f", document, home).Configuration;
                var before = Lines(document.Text).Where(l => l.TrimStart().StartsWith('#')).ToList();
                document = ConfigWriter.Write(document, old, wanted);
                AssertSame(wanted, ConfigReader.Read("f", document, home).Configuration);
                Assert.True(IsSubsequence(before, Lines(document.Text), removed: false));
                if (commented)
                    Assert.EndsWith("mine: {a: [1]} # kept\n", document.Text.Replace("\nfolders", "", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }, iter: 200);
    }

    /// <summary>What is not supported is refused anywhere, with its line, and never changes a text's meaning.</summary>
    [Fact]
    public void What_is_not_taken_is_refused_in_its_line_wherever_it_stands()
    {
        (string Line, string Told)[] faults =
        [
            ("zz: &anchor 1", "anchors"), ("zz: *anchor", "aliases"), ("zz: !!str 1", "tags"), ("zz: !own {a: 1}", "tags"), ("zz: {<<: *x}", "aliases"),
            ("zz: 1\nzz: 2", "duplicate key"), ("zz:\n\ta: 1", "with a tab"), ("? zz\n: 1", "simple word"), ("zz: \"no end", "not valid YAML"), ("zz: [1, 2", "not valid YAML"), ("zz: a: b", "not valid YAML"),
            ("zz: \0", "NUL"), ($"zz: {new string('[', 25)}{new string(']', 25)}", "deeper"), ("zz: &a {b: &c [*a, *c]}", "anchors"),
        ];
        Gen.Select(Document, Gen.Int[0, faults.Length - 1], Gen.Int[0, 1_000_000]).Sample((text, fault, pick) =>
        {
            var document = ConfigDocument.Parse("f", text);
            // Between two sections, where a key may follow.
            var lines = text.Split('\n').ToList();
            var starts = (document.Root as YamlMap)?.Entries.Select(e => e.Key.Line - 1).ToList() ?? [];
            if (starts.Count == 0 || !lines[^1].All(char.IsWhiteSpace))
                return;
            var at = starts[pick % starts.Count];
            var mark = at == 0 && text.StartsWith('\uFEFF');
            lines.Insert(at, (mark ? "\uFEFF" : "") + faults[fault].Line);
            if (mark)
                lines[1] = lines[1].TrimStart('\uFEFF');
            var broken = string.Join('\n', lines);
            var e = Assert.Throws<ConfigException>(() => ConfigDocument.Parse("f", broken));
            // An open quote or bracket is detected where the text stops being valid, which may be far below.
            var isOpen = faults[fault].Line is ['z', 'z', ':', ' ', '"' or '[', ..];
            Assert.True(isOpen ? e.First.Line == 0 || e.First.Line > at : e.First.Line > at && e.First.Line <= at + 3, $"{e.Message}\n--- inserted before line {at + 1}\n{broken}");
            if (!isOpen)
                Assert.Contains(faults[fault].Told, e.First.Message, StringComparison.Ordinal);
        }, iter: 2_000);
    }

    /// <summary>Any bytes give a configuration or an error in bounded time.</summary>
    [Fact]
    public void Any_text_is_taken_or_refused() =>
        Gen.Select(Document, Gen.Char[" \t\n\r:-#'\"[]{},&*!|>%@`?~0aüé\u2028\uFEFF"].Array[1, 6], Gen.Int[0, 1_000_000]).Sample((text, noise, at) =>
        {
            var broken = text.Insert(at % (text.Length + 1), new string(noise));
            try
            {
                var document = ConfigDocument.Parse("f", broken);
                var changed = document.Set(YamlValue.Text("v"), "a new one");
                Assert.Equal("v", ((YamlScalar)changed.Find("a new one")!).Value);
            }
            catch (ConfigException e)
            {
                Assert.InRange(e.First.Line, 0, Lines(broken).Count + 1);
            }
        }, iter: 5_000);

    private static readonly Gen<ServiceConfig> ConfigGen =
        from name in Word
        from key in Word
        from rate in OneOf(0, 1, 1024, 5000)
        from devices in Gen.Select(Word, Gen.Bool, OneOf("dynamic", "tcp://h:1", "tcp://[::1]:22000").Array[1, 3]).Array[0, 4]
        from folders in Gen.Select(Word, Gen.Int[0, 15], OneOf(0, 60, 3600, 90_000), Gen.Enum<PullOrder>()).Array[0, 4]
        from skip in Gen.Int[0, 3]
        select new ServiceConfig
        {
            Page = new PageConfig { ApiKey = key },
            Engine = new EngineConfig
            {
                Name = name,
                MaxSendKbps = rate,
                Devices = [.. devices.Select((d, i) => new DeviceConfig { Id = Device(i + skip), Name = d.Item1, Paused = d.Item2, Addresses = [.. d.Item3.Distinct()] })],
                Folders =
                [
                    .. folders.Select((f, i) => new FolderConfig
                    {
                        Id = new FolderId($"f{i + skip}"),
                        Path = $"/data/{i + skip}",
                        Label = f.Item1,
                        RescanIntervalSeconds = f.Item3,
                        Order = f.Item4,
                        Devices = [.. Enumerable.Range(0, devices.Length).Where(d => (f.Item2 >> d & 1) == 1).Select(d => Device(d + skip))],
                    }),
                ],
            },
        };

    private static DeviceId Device(int n) => new([.. Enumerable.Repeat((byte)(n + 1), 32)]);

    /// <summary>The file keeps its own order of devices and folders.</summary>
    private static void AssertSame(ServiceConfig wanted, ServiceConfig got)
    {
        Assert.Equal((wanted.Engine.Name, wanted.Engine.MaxSendKbps, wanted.Page.ApiKey), (got.Engine.Name, got.Engine.MaxSendKbps, got.Page.ApiKey));
        Assert.Equal(wanted.Engine.Devices.OrderBy(d => d.Id).Select(d => d with { Addresses = [] }), got.Engine.Devices.OrderBy(d => d.Id).Select(d => d with { Addresses = [] }));
        Assert.All(wanted.Engine.Devices, d => Assert.Equal(d.Addresses.ToHashSet(), got.Engine.Device(d.Id)!.Addresses.ToHashSet()));
        Assert.Equal(wanted.Engine.Folders.OrderBy(f => f.Id).Select(Ordered), got.Engine.Folders.OrderBy(f => f.Id).Select(Ordered));
        static FolderConfig Ordered(FolderConfig f) => f with { Devices = [.. f.Devices.Order()] };
    }

    /// <summary>Every value with the line where its key or it itself begins.</summary>
    private static IEnumerable<(YamlStep[] Path, YamlNode Node, int From)> Places(YamlNode? node, YamlStep[] path, int from = 0)
    {
        if (path.Length > 0)
            yield return (path, node!, from);
        var children = node switch
        {
            YamlMap m => m.Entries.SelectMany(e => Places(e.Value, [.. path, e.Key.Value], e.Key.Line)),
            YamlSequence s => s.Items.SelectMany((n, i) => Places(n, [.. path, i], n.Line)),
            _ => [],
        };
        foreach (var child in children)
            yield return child;
    }

    private static int LastLine(string text, YamlNode node) =>
        1 + text.AsSpan(0, Math.Min(node.End > node.Start ? node.End - 1 : node.End, text.Length)).Count('\n');

    private static List<string> Lines(string text) => [.. text.TrimStart('\uFEFF').Split('\n').Select(l => l.TrimEnd('\r'))];

    /// <param name="removed">A line next to it may have changed, too.</param>
    private static bool IsSubsequence(List<string> part, List<string> whole, bool removed)
    {
        var at = 0;
        foreach (var line in part)
        {
            var found = whole.FindIndex(at, l => l == line || removed && IsTouched(line, l));
            if (found < 0 && line.Length > 0)
                return false;
            at = Math.Max(at, found + 1);
        }
        return true;
    }

    /// <summary>
    /// A neighbor of a removed line may change: it moves behind the dash, loses the last comma of its list, or gets braces because its group is
    /// empty.
    /// </summary>
    private static bool IsTouched(string line, string now) =>
        now.TrimStart(' ', '-') == line.TrimStart(' ', '-') ||
        line.Contains(':', StringComparison.Ordinal) && now.StartsWith(line[..(line.IndexOf(':', StringComparison.Ordinal) + 1)], StringComparison.Ordinal) ||
        line.Contains('[', StringComparison.Ordinal) || line.Contains('{', StringComparison.Ordinal) || line.Trim().TrimEnd(',') is "y" or "" || line.TrimStart().StartsWith(']');
}
