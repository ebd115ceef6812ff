using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FolderSync.WindowsTestRunner;

/// <summary>
/// Runs unit tests in this process, on systems without `dotnet test`: the win-x64 publish under Wine.
/// `FolderSync.WindowsTestRunner RESULTS [--without FILE] NAME...` runs the tests whose full name begins with one of the names, except those in FILE.
/// RESULTS gets a JSON line for each test that begins (begun: its name) and ends (name, outcome: passed, failed or skipped, seconds, message),
/// and a last line `{"done":true}`. Exit code: 0 if all passed or were skipped, 1 if some failed, 2 if none ran.
/// `FolderSync.WindowsTestRunner --shell DONE WHAT...`: see <see cref="ShellMessages"/>; writes its exit code to DONE.
/// </summary>
internal static class Program
{
    /// <summary>The assemblies with tests of Windows-specific code.</summary>
    private static readonly Assembly[] Assemblies =
    [
        typeof(Platform.Tests.WindowsDurableFileTests).Assembly, typeof(Filesystem.Tests.Windows.WindowsFileSystemTests).Assembly,
        typeof(Configuration.Tests.Home.WindowsHomeTests).Assembly, typeof(CommandLine.Tests.Autostart.WindowsAutostartTests).Assembly,
    ];

    private static async Task<int> Main(string[] arguments)
    {
        if (OperatingSystem.IsWindows() && arguments is ["--shell", var done, .. var what])
        {
            await File.WriteAllTextAsync(done, ShellMessages.Run(what).ToString(CultureInfo.InvariantCulture));
            return 0;
        }
        if (arguments.Length < 2)
        {
            await Console.Error.WriteLineAsync("FolderSync.WindowsTestRunner RESULTS [--without FILE] NAME...");
            return 2;
        }
        var without = arguments is [_, "--without", var file, ..] ? (await File.ReadAllLinesAsync(file)).ToHashSet() : [];
        await using var results = new Results(arguments[0]);
        foreach (var assembly in Assemblies)
        {
            using var framework = new XunitTestFramework(new NullMessageSink());
            using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
            using var found = new Discovered();
            discoverer.Find(includeSourceInformation: false, found, new Options());
            found.Finished.WaitOne();
            var wanted = found.Cases.Where(c => !without.Contains(c.DisplayName) && arguments[1..].Any(n => c.DisplayName.StartsWith(n, StringComparison.Ordinal))).ToList();
            if (wanted.Count == 0)
                continue;
            using var executor = framework.GetExecutor(assembly.GetName());
            executor.RunTests(wanted, results, new Options());
            await results.AssemblyAsync();
        }
        return results.Finish();
    }

    private sealed class Discovered : LongLivedMarshalByRefObject, IMessageSink, IDisposable
    {
        public List<ITestCase> Cases { get; } = [];

        public ManualResetEvent Finished { get; } = new(false);

        public bool OnMessage(IMessageSinkMessage message)
        {
            if (message is ITestCaseDiscoveryMessage one)
                Cases.Add(one.TestCase);
            else if (message is IDiscoveryCompleteMessage)
                Finished.Set();
            return true;
        }

        public void Dispose() => Finished.Dispose();
    }

    /// <summary>Writes results as they come, so that a crash loses none of them.</summary>
    private sealed class Results(string file) : LongLivedMarshalByRefObject, IMessageSink, IAsyncDisposable
    {
        private readonly StreamWriter _file = new(file) { AutoFlush = true };
        private readonly SemaphoreSlim _assembly = new(0);
        private readonly Lock _gate = new();
        private int _run;
        private int _failed;

        /// <summary>Completes when one more assembly's tests have ended.</summary>
        public Task AssemblyAsync() => _assembly.WaitAsync();

        /// <returns>The exit code.</returns>
        public int Finish()
        {
            _file.WriteLine("""{"done":true}""");
            return _failed > 0 ? 1 : _run == 0 ? 2 : 0;
        }

        public bool OnMessage(IMessageSinkMessage message)
        {
            lock (_gate)
            {
                switch (message)
                {
                    case ITestStarting starting:
                        _file.WriteLine(JsonSerializer.Serialize(new { begun = starting.Test.DisplayName }));
                        break;
                    case ITestPassed passed:
                        Add(passed, "passed", "");
                        break;
                    case ITestSkipped skipped:
                        Add(skipped, "skipped", skipped.Reason);
                        break;
                    case ITestFailed failed:
                        Add(failed, "failed", Text(failed));
                        break;
                    // A failure of a constructor, a fixture or a clean-up.
                    case IFailureInformation other:
                        Write(message.GetType().Name, "failed", 0, Text(other));
                        break;
                    case ITestAssemblyFinished:
                        _assembly.Release();
                        break;
                }
            }
            return true;
        }

        public ValueTask DisposeAsync()
        {
            _assembly.Dispose();
            return _file.DisposeAsync();
        }

        private void Add(ITestResultMessage result, string outcome, string message) => Write(result.Test.DisplayName, outcome, result.ExecutionTime, message);

        private void Write(string name, string outcome, decimal seconds, string message)
        {
            _run += outcome == "skipped" ? 0 : 1;
            _failed += outcome == "failed" ? 1 : 0;
            _file.WriteLine(JsonSerializer.Serialize(new { name, outcome, seconds, message }));
        }

        private static string Text(IFailureInformation failure) => string.Join('\n', failure.Messages.Zip(failure.StackTraces, (m, s) => m + "\n" + s));
    }

    /// <summary>xunit's defaults, but one test at a time.</summary>
    private sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
    {
        private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.MaxParallelThreads"] = 1 };

        public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) ? (TValue)value! : default!;

        public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
    }
}
