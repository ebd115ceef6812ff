namespace FolderSync.Core.Tests;

/// <summary>
/// What Syncthing 1.29.5 indexes with these patterns: a mask over all names in tree order (lowest bit first), and the pattern lines.
/// </summary>
internal static partial class IgnoreTable
{
    /// <summary>The files that every case was run on.</summary>
    private const string Tree = """
        a
        b
        ab
        aab
        A
        foo
        foo.txt
        foo.TXT
        Foo
        foobar
        barfoo
        foo bar
        f{o}o
        f[o]o
        f*o
        fo?o
        f}o
        a,b
        a-b
        ]
        !foo
        (?d)foo
        #foo
        x^
        é
        éa.txt
        日本.md
        😀
        😀a
        .hidden
        .hidden.txt
        temp.tmp
        d/a
        d/b
        d/foo
        d/foo.txt
        d/d/a
        d/d/foo
        d/d/x.o
        d/e/f/g.o
        d/e/f/foo/bar
        e/foo/x
        e/foo/y.txt
        e/bar/foo
        e/ab/ba
        foodir/a
        foodir/foo
        foodir/sub/foo
        foodir/sub/x.txt
        x/y/z
        x/foo/y
        x/y/foo/z/a.txt
        Xx/Yy/Zz.txt
        n/1
        n/2
        n/a1
        n/10/y
        aba
        d/aba
        foofoo
        baab
        """;

    /// <summary>All cases except those that differ on purpose.</summary>
    public static IEnumerable<string> Cases => $"{First}\n{Second}".Split('\n');

    public static IReadOnlyList<string> Files => Tree.Split('\n');

    private const string First = """
        1fc4fff5fb87d3bffffff ["foo"]
        1ffffffffbfffffffffff ["/foo"]
        1fcdffffff9ff7fffffff ["foo/"]
        1ffffffffffffffffffff ["/foo/"]
        1fcdffffff9ff7fffffff ["foo/**"]
        1fcdffffff9ff7fffffff ["foo/*"]
        1fc4ffd5fb87d3bf7fff8 ["*foo"]
        1fc4ffc0038793bffffff ["foo*"]
        1fc4ffc0038793bf7fff8 ["*foo*"]
        1fc4ffd5fb87d3bf7fff8 ["**foo"]
        1fc4ffc0038793bffffff ["foo**"]
        1fffffc003fffffffffff ["/foo**"]
        1fc4ffd5fb87d3bf7fff8 ["/**foo"]
        1fc4fff5fb87d3bffffff ["**/foo"]
        1fc4fff5ff87d3bffffff ["/**/foo"]
        1fcdffffff9ff7fffffff ["**/foo/**"]
        0 ["*"]
        0 ["**"]
        0 ["/*"]
        0 ["/**"]
        0 ["/"]
        0 ["**/"]
        1f80c1e0ff808001ffcff ["*/"]
        1f80c1e0ff808001ffcff ["*/*"]
        1f80c1e0ff808001ffcff ["/*/*"]
        1ddfffefdfbfbfffffdef ["*.txt"]
        19dfffefdfbfbfffffdef ["*.{txt,md}"]
        1fc4fff4fb87d39dff7ff ["{foo,a}"]
        1fc4fff4fb87d39dff7ff ["{foo,a"]
        1ffffffffffcfffff7fff ["{a,b}{a,b}"]
        1fc4fff5fb87d39dfffff ["{foo,d/a}"]
        1ffffffffbfffffdfffff ["/{foo,d/a}"]
        1ffffffffffcfff7d7fff ["{,a}b"]
        1ffffffefffcffddf77ff ["a{,b}"]
        1bffffffffffef7ffffff ["{*.o,*.md}"]
        1fffffffff8fdfbffffff ["{d,e}/foo"]
        1f807fffffdf8001fffff ["{d/**,x}"]
        1fc4ff75fb07d3bffffff ["f?o"]
        168040feff800000df3df ["?"]
        f7fd3fffffcfffff7c7f ["??"]
        168040ffff800000df3df ["/?"]
        1f83edffffffe005fffff ["?/?"]
        1ffffffeffffffd5df7ff ["[ab]"]
        1ffffffeffffffd5df7ff ["[a-b]"]
        168040ffff800000dfbdf ["[!a]"]
        16ffedffffffffffffbdf ["[!a-z]"]
        1ffffffeffffffddff7ff ["[^a]"]
        1f7ffffffffffffffffff ["x[^]"]
        1f8040feff800000df7ff ["[a-z]"]
        1fffffffffff8000df7ff ["/[a-d]"]
        1ffffffeffff8000df7ff ["[ab-d]"]
        1fffedfffffffffffffff ["n/[0-9]"]
        1ffffffffffffffffffff ["n/[!0-9]"]
        1fffffffffffffddfffff ["d[!x]a"]
        1ffffffffffffffffffff ["d?a"]
        1fffe1fffffffffffffff ["n/[0-9]*"]
        1fffffffffffffffffc1f ["[A-Z]*"]
        1fc4fff5fb87d3bffffbf ["(?i)foo"]
        1fc4fff5fb87d3bffffbf ["(?i)FOO"]
        1fffffffcfffbffffffff ["(?i)foo.txt"]
        1fc4fff5fb87d3bffffff ["(?d)foo"]
        1fc4fff5fb87d3bffffbf ["(?i)(?d)foo"]
        1fc4fff5fb87d3bffffbf ["(?d)(?i)Foo"]
        1ffffffffffffffffffff ["!foo"]
        1ffffffffffffffffffff ["(?i)!foo"]
        1ffffffffffffffffffff ["!(?i)foo"]
        1ffffffffffffffffffff ["(?d)!foo"]
        1ffffffffffffffffffff ["!(?d)(?i)foo"]
        1ffffffffffffffffffff ["!!foo"]
        1ffffffffffffffffffff ["(?i)(?i)foo"]
        1ffffffffffffffffffff ["(?di)foo"]
        1fffffffffffffffffffe ["\\!foo"]
        1fffffffffffffffffffb ["\\(?d)foo"]
        1fffffffffffffffffffd ["\\#foo"]
        1fffffffffffffffffffd ["#foo"]
        1fffffffff7ffffffffff ["f\\*o"]
        1fffffbffffffffffffff ["f\\{o\\}o"]
        1ffffffffffffffffffff ["f{o\\}o"]
        1ffffffffefffffffffff ["f\\[o\\]o"]
        refused ["f[[]o[]]o"]
        1ffffffffdfffffffffff ["fo\\?o"]
        1fffff7ffffffffffffff ["f}o"]
        1ffffffffffffffffefff ["a\\,b"]
        1ffffffffffffffffefff ["a,b"]
        1fc4fff5fb87d3bffefff ["{a\\,b,foo}"]
        1ffffffffffffffffdfff ["a-b"]
        1ffffffeffffffd5df7ff ["[a\\-b]"]
        1ffffffeffffffd5df3ff ["[\\-b]"]
        1fffffffffffffffffbff ["\\]"]
        1fffffffffffffffffbff ["]"]
        1fffffffffffffffffbff ["[\\]]"]
        1ffffffff7fffffffffff ["foo bar"]
        1ffffffff7fffffffffff ["foo\\ bar"]
        1fc4fff5fb87d3bffffff ["foo\\"]
        1fc4fff5fb87d3bffffff ["\\foo"]
        1fc4fff5fb87d3bffffff ["f\\oo"]
        1fffffffffff8001fffff ["d/"]
        1fffffffffff8001fffff ["/d/"]
        1fffffffffffffddfffff ["d/a"]
        1ffffffffffffffdfffff ["/d/a"]
        1fffffffffff8001fffff ["d/*"]
        1fffffffffff8001fffff ["/d/*"]
        1fffffffffff8001fffff ["/d/**"]
        1fffffffffffd3bffffff ["d/**/foo"]
        1fffffffffffd3bffffff ["/d/**/foo"]
        1fffffffffff8001fffff ["d/**"]
        1fffffffffff8001fffff ["**/d/**"]
        1fffffffffdffffffffff ["e/*/x"]
        1fffffffffdffffffffff ["e/**/x"]
        1fffffffff8ffffffffff ["/e/foo"]
        1fffffffffffff0ffffff ["d/d"]
        1ffffffffffffffffffff ["**/a/**"]
        1fffffffffffc33ffffff ["d**o"]
        1ffffffffffffffffffff ["d*o"]
        1fffffffffff8000fffff ["/d**"]
        1f8ffffffffffffffffff ["x**z"]
        1ffffffffffffffffffff ["x*z"]
        1f81f7ffffbfffffffcff ["*y*"]
        1fc4fff5ff87d3bffffff ["*/foo"]
        1fcdffffff9ff7fffffff ["**/foo/*"]
        1ffffffffffffffffffff ["//foo"]
        1ffffffffffffffffffff ["foo//"]
        1ffffffffffffffffffff ["d//a"]
        1efffffffffffffffffff ["é"]
        1ffffffffffffffffffff ["É"]
        1efffffffffffffffffff ["(?i)É"]
        1cfffffffffffffffffff ["é*"]
        1bfffffffffffffffffff ["日*"]
        17fffffffffffffffffff ["😀"]
        1ffffffffffffffffffff ["?😀"]
        16fffffffffffffffffff ["[😀é]"]
        1efffffffffffffffffff ["[é-日]"]
        1ffffffffffffffffffe7 [".*"]
        1ffffffffffffffffffe7 [".hidden*"]
        19dfbfefcfbfaf7fffde7 ["*.*"]
        1fffbffffffffffffffff ["*.tmp"]
        1fffffffffffef7ffffff ["**.o"]
        1fffffffffffef7ffffff ["d/**.o"]
        1f8077f4fb87d395df7ff ["{{a,b},{foo,{x,y}}}"]
        168040feff800000df3df ["[!/]"]
        1fffedfffffffffffffff ["/n/?"]
        1fffd3fffffffffffffff ["/n/??"]
        1fffd1fffffffffffffff ["n/*1*"]
        1f80c1fffffffffffffff ["{n,x}/**"]
        1f83fdfffffffffffffff ["/{n,x}/{1,y}"]
        ddfdfe2b7f0f7d1007ff ["*{a,b}*"]
        ddfdfe2b7f0f7d1007ff ["**{a,b}**"]
        1ffffffffffcfffbe0fff ["a*b*"]
        1ffffffffffcffffb0fff ["*a*b"]
        1fffffffffffffffffc7f ["(?i)xX"]
        1fffffffffffffffffcff ["(?i)/XX/yy"]
        1ddfffefcfbfbfffffdef ["(?i)*.TXT"]
        1fc4df00000000000079f ["(?i)[A-F]*"]
        refused ["["]
        refused ["[]"]
        refused ["[a"]
        refused ["[a-"]
        refused ["[z-a]"]
        refused ["[a-cx]"]
        1ffffffffffffffffffff ["a]"]
        1ffffffffffffffffffff ["}"]
        1ffffffffffffffffffff ["{a,b}}"]
        1fc4fff4fb87d395df7ff ["{a,{b,foo}"]
        refused ["(?i)"]
        refused ["!"]
        refused ["(?d)"]
        0 ["***"]
        1fc4fff5ff87d3bffffff ["/***/foo"]
        0 ["*?"]
        0 ["?*"]
        1ffffffeffffffddfffff ["*/a"]
        1ffffffeffffffddfffff ["**/*/a"]
        1ffffffefffffffdfffff ["/*/a"]
        1ffffffffffffffffffff ["./foo"]
        1ffffffffffffffffffff ["../foo"]
        1fc4fff5fb87d3bffffff ["f[o]o"]
        1fffff7fff7ffffffffff ["f[!o]o"]
        1fffc0feffffffd5df7ff ["{[a-c],[n-o]}"]
        1ffffffffffffffffffff ["ab*ba"]
        1fffffdffffffffffffff ["foo*oo"]
        1fffffdffffffffffffff ["foo*foo"]
        1fffffdffffffffffffff ["*foo*foo"]
        1fffffffffffffdffffff ["d/*/a"]
        1fffffffffffffddfffff ["d/**/a"]
        1fffffffffffffddfffff ["d**/a"]
        1fffffffffffffd9fffff ["d/**a"]
        1fffffffffffffdffffff ["/d/**/d/a"]
        1fffffffffffef7ffffff ["d/**/*.o"]
        1ffffffffffff39ffffff ["d/**/{foo,a}"]
        1fffffffffffd3bffffff ["**/d/**/foo"]
        1ffffffffffff7fffffff ["d/**/foo/"]
        1ffffffffffff7fffffff ["d/**/foo/**"]
        1ffffffffffff3fffffff ["d/**/**/foo"]
        1ffffffffff7f3fffffff ["e/**/f?o"]
        1fffffffffdffffffffff ["e/**/foo/x"]
        1fffffffffffd3bffffff ["(?i)D/**/FOO"]
        1fffffffffffffffbffff ["b*b"]
        1ffffffffffffffbeffff ["{a,ab}*a"]
        1ffffffffffffffbeffff ["?b?"]
        1fc4ffc0038793bffffff ["f*oo*"]
        1fffffdffffffffffffff ["foo?oo"]
        1ffffffffffdfffffffff ["/e/**/ba"]
        3f800e847caf5100000 ["!foo", "*"]
        400000000000 ["!/foo", "*"]
        1f8000000000000 ["!/foodir", "*"]
        1c8000000000000 ["!/foodir/sub", "*"]
        1c8000000000000 ["!/foodir/sub", "/foodir", "*"]
        3f800e847caf5100000 ["!**/foo", "*"]
        3f800e847c800000000 ["/d", "!foo", "*"]
        148000000000000 ["!x.txt", "/*"]
        2f5100000 ["!/d/**/foo", "*"]
        f100000 ["!/d/d/", "*"]
        7fff00000 ["!/d*", "*"]
        7fff00000 ["!/d**", "*"]
        380 ["(?i)!xx", "*"]
        7fffff00000 ["!/{d,e}", "*"]
        1fffffffffffa001fffff ["!/d/foo", "/d"]
        1fffffffffff8000fffff ["/d", "!/d/foo"]
        1ddfffefdfbfa051ffdef ["!d/foo", "d/", "*.txt"]
        1fffffffffdffffffffff ["!y", "x", "/x"]
        1fbcfff5fb87d3bffffff ["!/x/y/foo", "/x/*", "foo"]
        23c8014a050c00100390 ["!*.txt", "*"]
        7fbf1f807fffff00380 ["!*/", "*"]
        1fc4fff5fb87d3bffffff ["foo", "foo", "!foo"]
        1fc4fff4fb87d39dff7ff ["// comment", "", "foo", "  a  "]
        ffff80000000000 ["!/f*", "/f*", "*"]
        1ffffffffffffffffffff ["!**", "*"]
        """;
}
