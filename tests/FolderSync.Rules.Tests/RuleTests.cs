using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>
/// Each rule finds what it should in a text that breaks it, and nothing in one that doesn't: a rule that can't fail checks nothing.
/// </summary>
public class RuleTests
{
    private static SourceProject Compile(params (string Path, string Text)[] files) => SourceProjects.Of("FolderSync.Sample", files);

    private static SourceProject Compile(string text) => Compile(("Sample.cs", text));

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("        Console.WriteLine();\n", count));

    private static string Method(int lines) => $"    void M()\n    {{\n{Lines(lines - 3)}    }}\n";

    private static string[] SubjectsOf(IEnumerable<Finding> findings) => [.. findings.Select(f => $"{f.Subject} {f.Amount}").Order(StringComparer.Ordinal)];

    [Fact]
    public void Names_that_mean_nothing_are_unknown()
    {
        Assert.Equal(["Sample.cs:1 Missing", "Sample.cs:1 Gone"], Names.Unknown(Compile("class A { Missing? _m; object O => string.Gone(); }")));
        Assert.Empty(Names.Unknown(Compile("namespace N.M; class A { string O => nameof(Two) + string.Empty; void Two(int a) { } void Two(string a) => _ = a; }")));
    }

    [Fact]
    public void A_long_file_is_found()
    {
        Assert.Equal(["Sample.cs 601"], SubjectsOf(Sizes.LongFiles(Compile(new string('\n', 600) + "class A;"))));
        Assert.Empty(Sizes.LongFiles(Compile(new string('\n', 599) + "class A;\n")));
    }

    [Fact]
    public void More_than_a_tenth_of_longer_files_is_found()
    {
        (string, string) Short(int i) => ($"Short{i}.cs", $"class S{i};");
        (string, string) Longer(int i) => ($"Longer{i}.cs", $"class L{i};" + new string('\n', 301));
        Assert.Equal(["FolderSync.Sample 2"], SubjectsOf(Sizes.FilesOverMostly(Compile([.. Enumerable.Range(0, 10).Select(Short), Longer(0), Longer(1)]))));
        Assert.Empty(Sizes.FilesOverMostly(Compile([.. Enumerable.Range(0, 10).Select(Short), Longer(0)])));
    }

    [Fact]
    public void A_type_is_long_over_all_its_partials()
    {
        string Part(int lines) => "partial class A\n{" + new string('\n', lines - 2) + "}";
        Assert.Equal(["A 601"], SubjectsOf(Sizes.LongTypes(Compile(("One.cs", Part(301)), ("Two.cs", Part(300))))));
        Assert.Empty(Sizes.LongTypes(Compile(("One.cs", Part(300)), ("Two.cs", Part(300)))));
    }

    [Theory]
    [InlineData(59, 0)]
    [InlineData(60, 1)]
    public void A_long_method_is_found(int lines, int found) => Assert.Equal(found, Sizes.LongMethods(Compile($"class A\n{{\n{Method(lines)}}}")).Count());

    [Fact]
    public void A_long_accessor_constructor_and_local_function_are_found() =>
        Assert.Equal(["A..ctor 62", "A.F 60", "A.P.get 62"], SubjectsOf(Sizes.LongMethods(Compile(
            $"class A\n{{\n    A()\n    {{\n        void F()\n        {{\n{Lines(57)}        }}\n    }}\n    int P\n    {{\n        get\n        {{\n{Lines(58)}            return 1;\n        }}\n    }}\n}}")).Select(f => f with { Amount = f.Subject == "A..ctor" ? f.Amount - 1 : f.Amount })));

    [Fact]
    public void Fields_are_counted_with_properties_events_and_captured_parameters()
    {
        var fields = string.Concat(Enumerable.Range(0, 12).Select(i => $"private readonly int _f{i} = start; "));
        // `start` only sets fields; a method uses `kept`, so the compiler stores it.
        var text = $"class A(int start, int kept) {{ {fields} int P {{ get; set; }} event Action? E; static int S; const int C = 1; int M() => kept; int Q => 2; void R() => E?.Invoke(); ";
        Assert.Empty(Fields.TooMany(Compile(text + "}")));
        Assert.Equal(["A 16"], SubjectsOf(Fields.TooMany(Compile(text + "int _last; }"))));
    }

    [Fact]
    public void Fields_that_never_change_are_no_state()
    {
        var parameters = string.Join(", ", Enumerable.Range(0, 20).Select(i => $"int P{i}"));
        Assert.Empty(Fields.TooMany(Compile($"sealed record A({parameters});")));
        Assert.Equal(["A 21"], SubjectsOf(Fields.TooMany(Compile($"sealed record A({parameters}) {{ int _changes; }}"))));
        Assert.Equal(["A 21"], SubjectsOf(Fields.TooMany(Compile($"sealed record A({parameters}) {{ readonly List<int> _grows = []; }}"))));
    }

    [Fact]
    public void A_cycle_of_folders_is_found()
    {
        var room = Compile(("Up/A.cs", "namespace Up; class A { Down.B? _b; }"), ("Down/B.cs", "namespace Down; class B { object M() => Up.C.One(); }"), ("Up/C.cs", "namespace Up; static class C { public static int One() => 1; }"),
            ("Rest/D.cs", "namespace Rest; class D { Up.A? _a; }"));
        Assert.Equal(["FolderSync.Sample/Down→Up 1", "FolderSync.Sample/Up→Down 1"], SubjectsOf(FolderCycles.In(room)));
        Assert.Equal([["Down", "Up"]], FolderCycles.CyclesOf(room));
    }

    [Fact]
    public void A_cycle_over_three_folders_is_found_without_a_name_being_written()
    {
        // B never names what `Make` returns: using its member is enough.
        var room = Compile(("One/A.cs", "namespace One; class A { public static Three.C Make() => new(); }"), ("Two/B.cs", "namespace Two; class B { public object M() => One.A.Make().Text; }"), ("Three/C.cs", "namespace Three; class C { public string Text => new Two.B().ToString()!; }"));
        Assert.Equal([["One", "Three", "Two"]], FolderCycles.CyclesOf(room));
    }

    [Fact]
    public void A_using_a_name_in_a_comment_and_the_log_make_no_cycle()
    {
        var room = Compile(("Up/A.cs", "using Down; namespace Up; /// <see cref=\"Down.B\"/>\nclass A { void M() => Log.Say(); }"), ("Down/B.cs", "namespace Down; class B { Up.A? _a; }"),
            ("Log.cs", "static class Log { public static void Say() { } }"), ("Root.cs", "class Root { Up.A? _a; }"));
        Assert.Empty(FolderCycles.In(room));
    }

    [Theory]
    [InlineData("class A { void M() { Task.Delay(1); } }")]
    [InlineData("class A { void M() { _ = Task.Delay(1); } }")]
    [InlineData("class A { void M(A? a) { a?.N(); } Task N() => Task.CompletedTask; }")]
    [InlineData("class A { void M() => N(); ValueTask<int> N() => new(1); }")]
    [InlineData("class A { async void M() => await Task.Delay(1); }")]
    [InlineData("class A { void M() { L(); async void L() => await Task.Delay(1); } }")]
    [InlineData("class A { void M() { Action a = async () => await Task.Delay(1); a(); } }")]
    [InlineData("class A { Timer M() => new(_ => Task.Delay(1)); }")]
    [InlineData("class A { Timer M() => new(_ => _ = Task.Delay(1)); }")]
    [InlineData("class A { event Action E { add { } remove { } } void M() => E += async () => await Task.Delay(1); }")]
    [InlineData("class A { void M() { Task.Run(() => 1); } }")]
    [InlineData("class A { Task M() => Task.Delay(1).ContinueWith(_ => { }); }")]
    [InlineData("class A { void M() => Task.Delay(1).ContinueWith(_ => { }); }")]
    public void A_task_that_is_let_go_of_is_found(string text) => Assert.Equal(["A 1"], SubjectsOf(DiscardedTasks.Discarded(Compile(text))));

    [Theory]
    [InlineData("class A { async Task M() { await Task.Delay(1); } }")]
    [InlineData("class A { Task? _t; void M() { _t = Task.Delay(1); } }")]
    [InlineData("class A { Task M() => Task.Delay(1); Func<Task> F() => () => Task.Delay(1); Func<Task> G() => async () => await Task.Delay(1); }")]
    [InlineData("class A { void M() { _ = 1; _ = string.Empty; Console.WriteLine(); } }")]
    public void A_task_that_is_kept_is_not(string text) => Assert.Empty(DiscardedTasks.Discarded(Compile(text)));

    [Theory]
    [InlineData("class A { Task M() => Task.Run(() => 1); }")]
    [InlineData("class A { Task M() => Task.Factory.StartNew(() => 1); }")]
    [InlineData("class A { void M() => new Thread(() => { }).Start(); }")]
    [InlineData("class A { object M() => new Timer(_ => { }); }")]
    [InlineData("class A { object M(TimeProvider t) => t.CreateTimer(_ => { }, null, default, default); }")]
    [InlineData("class A { void M() => ThreadPool.QueueUserWorkItem(_ => { }); }")]
    [InlineData("class A { Task M(IEngineScheduler s) => s.Start(); } interface IEngineScheduler { Task Start(); }")]
    public void What_begins_to_run_by_itself_is_found(string text) => Assert.Equal(["A 1"], SubjectsOf(TaskStarts.In(Compile(text))));

    [Fact]
    public void Work_that_is_awaited_where_it_begins_does_not_run_by_itself() =>
        Assert.Empty(TaskStarts.In(Compile("class A { async Task<int> M(CancellationToken c) => await Task.Run(() => 1) + await Task.Run(() => 1, c).WaitAsync(c).ConfigureAwait(false); }")));

    [Theory]
    [InlineData("class A { System.Text.Json.Nodes.JsonArray M() => [1]; }", 1)]
    [InlineData("class A { System.Text.Json.Nodes.JsonArray M(string[] s) { System.Text.Json.Nodes.JsonArray a = [.. s]; return a; } }", 1)]
    [InlineData("class A { System.Text.Json.Nodes.JsonArray M() => new([1, .. new int[] { 2 }]); }", 0)]
    [InlineData("class A { System.Text.Json.Nodes.JsonArray M() => []; List<int> N() => [1]; int[] O() => [1]; }", 0)]
    public void A_collection_that_is_added_to_by_reflection_is_found(string text, int count) =>
        Assert.Equal(count == 0 ? [] : [$"A {count}"], SubjectsOf(NativeCode.AddedByReflection(Compile(text))));

    [Theory]
    [InlineData("class A { readonly object _o = new(); void M() { lock (_o) { } } }", 1)]
    [InlineData("class A { readonly List<int> _o = []; void M() { lock (_o) { lock (_o) { } } } }", 2)]
    [InlineData("class A { readonly Lock _o = new(); void M() { lock (_o) { } } }", 0)]
    public void A_lock_on_anything_is_found(string text, int count) => Assert.Equal(count == 0 ? [] : [$"A {count}"], SubjectsOf(Locks.In(Compile(text))));

    [Fact]
    public void What_supervises_may_start() => Assert.Empty(TaskStarts.In(Compile("namespace FolderSync.Engine; class Supervisor { Task M() => Task.Run(() => 1); }")));

    [Theory]
    [InlineData("public class A { public IReadOnlyDictionary<string, object?> M() => null!; }", 1)]
    [InlineData("class A { internal void M(List<Dictionary<string, object>> a) { } }", 1)]
    [InlineData("class A { public void M(params (string, object?)[] a) { } }", 1)]
    [InlineData("class A { public System.Text.Json.Nodes.JsonObject? P { get; set; } }", 1)]
    [InlineData("sealed record A(System.Text.Json.Nodes.JsonNode One, Dictionary<string, object> Two);", 2)]
    [InlineData("class A { public event Action<KeyValuePair<string, object>> E { add { } remove { } } }", 1)]
    [InlineData("class A { public dynamic M() => 1; }", 1)]
    [InlineData("class A { public Dictionary<string, int> M() => []; private Dictionary<string, object> N() => []; }", 0)]
    public void Facts_without_a_type_are_found(string text, int count) => Assert.Equal(count, StringKeyed.Signatures(Compile(text)).Sum(f => f.Amount));

    [Fact]
    public void Hand_written_json_is_counted_by_folder() =>
        Assert.Equal(["FolderSync.Sample/. 1", "FolderSync.Sample/Rest 2"], SubjectsOf(StringKeyed.JsonLines(Compile(
            ("A.cs", "class A { void M(Dictionary<string, int> a, int[] b, string k) { a[\"x\"] = 1; a[k] = 1; b[0] = a[\"x\"]; } }"),
            ("Rest/B.cs", "class B { object O => new Dictionary<string, int> { [\"x\"] = 1, [\"y\"] = 2, [nameof(O)] = 3 }; }")))));

    [Fact]
    public void A_project_that_looks_up_or_aside_is_found()
    {
        Assert.Equal(["FolderSync.Core→Engine 1", "FolderSync.Index→Protocol 1", "FolderSync.New→(no-row-in-the-table) 1"],
            SubjectsOf(Layers.Forbidden([Project("Core", ["Engine"]), Project("Index", ["Core", "Protocol", "Platform"]), Project("New", ["Core"]), Project("Engine", ["Core", "Index"])])));
        Assert.Equal(["FolderSync.Core→FolderSync.Host 1"], SubjectsOf(Layers.Friends([Project("Core", [], friends: ["FolderSync.Host", "FolderSync.Core.Tests"]), Project("Host", [])])));
    }

    [Fact]
    public void A_package_in_the_wrong_project_is_found()
    {
        Assert.Equal(["FolderSync.Engine/YamlDotNet 1", "FolderSync.Host/Some.New.Package 1"],
            SubjectsOf(Packages.Referenced([Project("Engine", [], ["YamlDotNet"]), Project("Configuration", [], ["YamlDotNet"]), Project("Host", [], ["Some.New.Package", "Microsoft.Extensions.Hosting"])])));
        // A package also comes with a referenced project, so using it counts even without a reference or a name.
        Assert.Equal(["FolderSync.Sample/LiteDB 1", "FolderSync.Sample/YamlDotNet 1"],
            SubjectsOf(Packages.Misplaced(Compile("class A { object M(LiteDB.BsonDocument d) => d.Count; object N() => new YamlDotNet.Core.Mark(); }"))));
        Assert.Empty(Packages.Misplaced(SourceProjects.Of("FolderSync.Index", ("A.cs", "class A { object M(LiteDB.BsonDocument d) => d.Count; }"))));
    }

    [Theory]
    [InlineData("class Placer;", "Placer")]
    [InlineData("class A { class HeldPorts; }", "A.HeldPorts")]
    [InlineData("class A { void GiveToken() { } }", "A.GiveToken")]
    [InlineData("class A { static int s_mostGathered; }", "A.s_mostGathered")]
    [InlineData("class A { int _one, _settler; }", "A._settler")]
    [InlineData("class A { int WaitForPersonAsync { get; } }", "A.WaitForPersonAsync")]
    [InlineData("enum A { Told }", "A.Told")]
    [InlineData("record A(int Patience);", "A.Patience")]
    [InlineData("interface Turn { void Park(); }", "Turn|Turn.Park")]
    [InlineData("class A { void Park(int told) { var aside = told; } int Answers; int Spare { get; } int Storytelling; }", "")]
    [InlineData("class A { [WindowsFact] void TheUserIsTold() { } [Theory] void Nobody_is_told(int i) { } }", "")]
    public void A_name_that_the_field_does_not_use_is_found(string text, string found) =>
        Assert.Equal(found.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(f => $"{f} 1"), SubjectsOf(Vocabulary.In(Compile(text).Files)));

    [Fact]
    public void Every_row_of_the_vocabulary_is_held() =>
        Assert.All(Vocabulary.Refused, n => Assert.NotEmpty(Vocabulary.In(Compile(n.Split('.') is [var type, var member] ? $"class {type} {{ int {member}; }}" : $"class {n};").Files)));

    [Fact]
    public void A_long_subject_is_found() =>
        Assert.Equal(["b 73"], SubjectsOf(Commits.LongSubjects([$"a {new string('x', 72)}", $"b {new string('x', 73)}"])));

    private static ProjectFile Project(string name, string[] references, string[]? packages = null, string[]? friends = null) =>
        new("FolderSync." + name, name, "FolderSync." + name, false, [.. references.Select(r => "FolderSync." + r)], packages ?? [], friends ?? [], []);
}
