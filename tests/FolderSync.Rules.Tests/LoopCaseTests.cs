using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>Every loop fails some day: each place in the sources that starts one has a test that makes it fail.</summary>
public class LoopCaseTests
{
    private const string Primitives = """
        namespace FolderSync.Engine.Primitives
        {
            class Supervisor { public Task Start(string name, Func<Task> loop) => loop(); public Task RunAsync(string name, Func<Task> work) => Start(name, work); }
            class TaskGroup { public void Run(Func<Task> work) { } }
        }
        class RestartedService<T> { }
        """;

    [Fact]
    public void Every_place_that_starts_a_loop_has_a_test_that_injects_a_fault()
    {
        var sites = Loops.In(SourceProjects.All);
        var cases = LoopCases.All;
        Assert.NotEmpty(sites);
        Hold(
        [
            .. sites.Where(s => !cases.ContainsKey(s.Name)).Select(s => $"Has no case in LoopCases: {s.Name}   ({s.At})"),
            .. cases.Keys.Except(sites.Select(s => s.Name)).Select(c => $"Is started nowhere any more: {c}"),
            .. sites.GroupBy(s => s.Name).Where(g => g.Count() > 1).Select(g => $"Two places of one name: {g.Key}"),
        ]);
    }

    [Fact]
    public void Every_case_names_a_test_that_there_is()
    {
        var tests = TestNames.All();
        Hold(
        [
            .. LoopCases.All.Where(c => c.Value.Count == 0).Select(c => $"Names no test: {c.Key}"),
            .. LoopCases.All.SelectMany(c => c.Value.Where(t => !tests.Contains(t)).Select(t => $"There is no test {t}, which {c.Key} names.")),
        ]);
    }

    [Fact]
    public void Loops_of_all_kinds_are_found()
    {
        var room = SourceProjects.Of("FolderSync.Sample", ("Sample.cs", Primitives + """
            namespace N
            {
                using FolderSync.Engine.Primitives;
                class A(Supervisor supervisor, TaskGroup group)
                {
                    void M() { supervisor.Start("x", LoopAsync); group.Run(() => OtherAsync(1)); group.Run(() => supervisor.RunAsync("y", () => WrappedAsync())); Own("z", HandedOnAsync); Add<Service>(); }
                    Task Own(string name, Func<Task> loop) => supervisor.Start(name, () => Guard(loop));
                    object Add<T>() => new RestartedService<T>();
                    Task Guard(Func<Task> loop) => loop();
                    Task LoopAsync() => Task.CompletedTask;
                    Task OtherAsync(int n) => Task.CompletedTask;
                    Task WrappedAsync() => Task.CompletedTask;
                    Task HandedOnAsync() => Task.CompletedTask;
                }
                class Service { }
            }
            """));
        Assert.Empty(Names.Unknown(room));
        Assert.Equal(["N.A.M: HandedOnAsync", "N.A.M: LoopAsync", "N.A.M: OtherAsync", "N.A.M: Service", "N.A.M: WrappedAsync"], Loops.In([room]).Select(s => s.Name));
    }

    [Fact]
    public void Tests_are_found_with_the_strings_among_their_data() =>
        Assert.Equal(["A.One", "A.Two", "A.Two(x)", "A.Two(y)"], TestNames.In("class A { [Fact] void One() { } [Theory, InlineData(\"x\"), InlineData(1, \"y\")] void Two() { } void No() { } }").Order(StringComparer.Ordinal));

    private static void Hold(IReadOnlyList<string> complaints)
    {
        if (complaints.Count > 0)
            Assert.Fail(string.Join('\n', complaints));
    }
}
