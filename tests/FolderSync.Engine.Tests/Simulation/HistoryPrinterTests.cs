using System.Reflection;
using System.Runtime.CompilerServices;
using FolderSync.Simulator.Histories;
using FolderSync.Simulator.Shrinking;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace FolderSync.Engine.Tests.Simulation;

public sealed class HistoryPrinterTests
{
    private const string ImplicitUsings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading;";

    /// <summary>The printed test compiles, contains the same history, and runs.</summary>
    [Theory]
    [InlineData(1, 3, 40, false)]
    [InlineData(2, 3, 60, true)]
    [InlineData(3, 2, 300, false)]
    public void A_printed_test_compiles_and_runs_the_history_it_was_printed_from(int seed, int devices, int operations, bool hasLongVectors)
    {
        var drawn = HistoryRunner.Draw(seed, new HistoryOptions { Devices = devices, Operations = operations, LongVectors = hasLongVectors });
        var test = HistoryPrinter.Test(drawn.History, new Failure(FailureKind.Lost, "Lost: <0003> & more\nsecond line"));
        var source = File.ReadAllText(KeptTests());
        var end = source.LastIndexOf('}');
        var probe = $"internal static class Probe {{ public static History Kept => {HistoryPrinter.Expression(drawn.History)}; }}";
        var compiled = Compile(source[..end] + test + source[end..] + probe);

        var kept = (History)compiled.GetTypes().Single(t => t.Name == "Probe").GetProperty("Kept")!.GetValue(null)!;
        Assert.Equal(HistoryPrinter.Expression(drawn.History), HistoryPrinter.Expression(kept));
        Assert.Equal(drawn.Trace, HistoryRunner.Run(kept).Trace);
        var tests = compiled.GetTypes().Single(t => t.Name == nameof(KeptHistoryTests));
        var method = tests.GetMethod($"A_history_of_seed_{seed}_passes")!;
        Assert.NotNull(method.GetCustomAttribute<FactAttribute>());
        method.Invoke(Activator.CreateInstance(tests), null);
    }

    private static Assembly Compile(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(f => MetadataReference.CreateFromFile(f));
        var compilation = CSharpCompilation.Create(
            "FolderSync.KeptHistory",
            [CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(source)],
            references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var result = compilation.Emit(assembly);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning)) + "\n" + source);
        return Assembly.Load(assembly.ToArray());
    }

    private static string KeptTests([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "KeptHistoryTests.cs");
}
