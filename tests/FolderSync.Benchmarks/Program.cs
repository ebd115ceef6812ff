using System.Globalization;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;

namespace FolderSync.Benchmarks;

/// <summary>
/// Measures again what the design was decided by. No part of the tests: figures are for people.
///   dotnet run -c Release --project tests/FolderSync.Benchmarks -- --list flat
///   dotnet run -c Release --project tests/FolderSync.Benchmarks -- --filter '*Index*'        (add --job dry to see only that it runs)
///   dotnet run -c Release --project tests/FolderSync.Benchmarks -- index-at-size 1000000     (the index with that many files, once)
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
        // In this process: the project that BenchmarkDotNet would generate takes over this repository's rules for builds, and breaks them.
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"], config);
        return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
    }
}
