using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace FolderSync.Benchmarks;

/// <summary>
/// Measures what the design is based on. Not part of the tests: the figures are for developers.
///   dotnet run -c Release --project tests/FolderSync.Benchmarks -- --list flat
///   dotnet run -c Release --project tests/FolderSync.Benchmarks -- --filter '*Index*'        (add --job dry to check only that it runs)
///   dotnet run -c Release --project tests/FolderSync.Benchmarks -- index-at-size 1000000     (an index with this many files, once)
/// </summary>
internal static class Program
{
    public static int Main(string[] args)
    {
        if (args is ["index-at-size", var count])
        {
            IndexAtSize.Run(int.Parse(count, CultureInfo.InvariantCulture));
            return 0;
        }
        var config = DefaultConfig.Instance.WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
        // Runs in this process: the project that BenchmarkDotNet generates would inherit this repository's build rules and break them.
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"], config);
        return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
    }
}
