using System.Runtime.CompilerServices;
using Xunit;

namespace FolderSync.Host.Tests;

/// <summary>Rules of the house that no compiler keeps.</summary>
public class SourceRules
{
    private const int MaxLines = 600;

    [Fact]
    public void No_source_file_is_longer_than_can_be_read_in_one_sitting()
    {
        var source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../src"));
        Assert.True(Directory.Exists(source), $"{source} is not there: the rule would hold for nothing.");
        var files = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(f => (File: Path.GetRelativePath(source, f), Lines: File.ReadLines(f).Count()))
            .ToList();
        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, f => f.Lines > MaxLines);
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
