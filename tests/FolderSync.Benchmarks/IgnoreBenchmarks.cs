using BenchmarkDotNet.Attributes;
using FolderSync.Core.Ignore;
using FolderSync.Core.Model;

namespace FolderSync.Benchmarks;

/// <summary>The cost of matching a name against a developer's ignore patterns, and of parsing them.</summary>
public class IgnoreBenchmarks
{
    private const int Names = 10_000;

    private static readonly string[] Lines =
    [
        "// build output", "(?d)bin", "(?d)obj", "(?d)node_modules", "(?d)**/target/debug", "*.tmp", "*.o", "*.swp", "(?i)thumbs.db", ".DS_Store", "!/keep/*.tmp", "/private", "**/.git/objects/??",
        "*.{jpg,jpeg}.part", "cache-[0-9]*", "/archive/**/old", "~$*", "*~", "build-*/out", "!important",
    ];

    private readonly IgnoreRules _rules = IgnoreParser.Parse(Lines);
    private readonly FileName[] _names = [.. Enumerable.Range(0, Names).Select(Name)];

    [Benchmark(OperationsPerInvoke = Names)]
    public int Match()
    {
        var ignored = 0;
        foreach (var name in _names)
            ignored += _rules.Match(name, isDirectory: false).Ignored ? 1 : 0;
        return ignored;
    }

    [Benchmark]
    public object Parse() => IgnoreParser.Parse(Lines);

    private static FileName Name(int i) => FileName.Parse((i % 10) switch
    {
        0 => $"src/project{i % 97}/bin/Release/a{i}.dll",
        1 => $"web/node_modules/p{i % 31}/index.js",
        2 => $"photos/2026/IMG_{i}.jpg",
        3 => $"work/report {i}.tmp",
        _ => $"documents/area {i % 41}/letters/letter {i}.odt",
    });
}
