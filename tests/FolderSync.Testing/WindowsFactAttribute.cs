using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FolderSync.Testing;

/// <summary>
/// A test that can say something on Windows only. Elsewhere it is not there, rather than skipped: FolderSync.IntegrationTests/Windows runs
/// it under Wine.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("FolderSync.Testing.WindowsFactDiscoverer", "FolderSync.Testing")]
public sealed class WindowsFactAttribute : FactAttribute;

public sealed class WindowsFactDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    private readonly SkippableFactDiscoverer _inner = new(sink);

    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo attribute) =>
        OperatingSystem.IsWindows() ? _inner.Discover(options, method, attribute) : [];
}
