using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace FolderSync.Testing;

/// <summary>
/// A test that makes sense on Windows only. On other systems it doesn't exist, rather than being skipped: FolderSync.IntegrationTests/Windows runs
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
