using CsCheck;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Host.Config;
using Xunit;

namespace FolderSync.Tests.Config;

/// <summary>Random documents, written as people write them, and random changes: what a change does not concern stays character for character.</summary>
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
        from sections in SectionGen.Array[0, 5]
        select Finish(string.Concat(sections.Select((s, i) => s.Replace("KEY", $"s{i}", StringComparison.Ordinal))), crlf, end);

    private static Gen<string> SectionGen =>
        from before in Between
        from style in Gen.Int[0, 3]
        from comment in Comment
        from keys in Gen.Select(Value, Comment, Between).Array[1, 4]
        select before + style switch
        {
            0 => $"KEY: {Line(keys[0].Item1, keys[0].Item2)}",
            1 => $"KEY:{comment}\n" + string.Concat(keys.Select((k, i) => $"{k.Item3}    k{i}: {Line(k.Item1, k.Item2)}")),
            2 => $"KEY:{comment}\n" + string.Concat(keys.Select(k => $"{k.Item3}    - {Line(k.Item1, k.Item2)}")),
            _ => $"KEY:{comment}\n" + string.Concat(keys.Select((k, i) => $"{k.Item3}    - k{i}: {Line(k.Item1, k.Item2)}      other: 1{k.Item2}\n")),
        };

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    /// <summary>A comment can't stand behind a block scalar's text.</summary>
    private static string Line(string value, string comment) => value.StartsWith('|') || value.StartsWith('>') ? value + "\n" : value + comment + "\n";

    private static string Finish(string text, bool crlf, bool end)
    {
        // A text block that ends with the file lacks its last line end: it can't stay as it is when something follows.
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
            // That it comes to what is wanted is proven by the document itself; that the rest stays is looked at here.
            var takesPart = kind is 0 or 1 || node is YamlMap { IsFlow: true } or YamlSequence { IsFlow: true };
            var (first, last) = takesPart ? (from, LastLine(text, node)) : (1, 0);
            var old = Lines(text);
            var rest = first > last ? old : [.. old.Take(first - 1), .. old.Skip(last)];
            var now = Lines(changed.Text);
            Assert.True(IsSubsequence(rest, now, kind == 1), $"kind {kind}, path {string.Join('.', path)}\n--- before\n{text}\n--- after\n{changed.Text}");
        }, iter: 5_000);

    [Fact]
    public void Typed_changes_come_to_the_wanted_configuration_and_keep_comments_and_unknown_options()
    {
        var home = new HomeDirectory("/state/foldersync");
        Gen.Select(ConfigGen, ConfigGen, Gen.Bool).Sample((one, two, commented) =>
        {
            var document = ConfigDocument.Parse("f", commented ? NewConfig.Text("x", "k") + "mine: {a: [1]} # kept\n" : "");
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

    private static readonly Gen<Configuration> ConfigGen =
        from name in Word
        from key in Word
        from rate in OneOf(0, 1, 1024, 5000)
        from devices in Gen.Select(Word, Gen.Bool, OneOf("dynamic", "tcp://h:1", "tcp://[::1]:22000").Array[1, 3]).Array[0, 4]
        from folders in Gen.Select(Word, Gen.Int[0, 15], OneOf(0, 60, 3600, 90_000), Gen.Enum<PullOrder>()).Array[0, 4]
        from skip in Gen.Int[0, 3]
        select new Configuration
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
    private static void AssertSame(Configuration wanted, Configuration got)
    {
        Assert.Equal((wanted.Engine.Name, wanted.Engine.MaxSendKbps, wanted.Page.ApiKey), (got.Engine.Name, got.Engine.MaxSendKbps, got.Page.ApiKey));
        Assert.Equal(wanted.Engine.Devices.OrderBy(d => d.Id).Select(d => d with { Addresses = [] }), got.Engine.Devices.OrderBy(d => d.Id).Select(d => d with { Addresses = [] }));
        Assert.All(wanted.Engine.Devices, d => Assert.Equal(d.Addresses.ToHashSet(), got.Engine.Device(d.Id)!.Addresses.ToHashSet()));
        Assert.Equal(wanted.Engine.Folders.OrderBy(f => f.Id).Select(Ordered), got.Engine.Folders.OrderBy(f => f.Id).Select(Ordered));
        static FolderConfig Ordered(FolderConfig f) => f with { Devices = [.. f.Devices.Order()] };
    }

    /// <summary>Every value with the line on which its key or it itself begins.</summary>
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

    private static List<string> Lines(string text) => [.. text.Split('\n').Select(l => l.TrimEnd('\r'))];

    /// <param name="removed">A line next to it may have taken part.</param>
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

    /// <summary>A neighbour of what was removed: it takes the place behind the dash, its list's last comma goes, or braces say that its group is empty now.</summary>
    private static bool IsTouched(string line, string now) =>
        now.TrimStart(' ', '-') == line.TrimStart(' ', '-') ||
        line.Contains(':', StringComparison.Ordinal) && now.StartsWith(line[..(line.IndexOf(':', StringComparison.Ordinal) + 1)], StringComparison.Ordinal) ||
        line.Contains('[', StringComparison.Ordinal) || line.Contains('{', StringComparison.Ordinal) || line.Trim().TrimEnd(',') is "y" or "" || line.TrimStart().StartsWith(']');
}
