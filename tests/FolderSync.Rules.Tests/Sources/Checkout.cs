using System.Runtime.CompilerServices;

namespace FolderSync.Rules.Sources;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    public static string Source => Path.Combine(Root, "src");

    /// <summary>This project's directory.</summary>
    public static string Rules => Path.Combine(Root, "tests", "FolderSync.Rules.Tests");

    public static bool IsBuildOutput(string relativePath) => relativePath.Split('/', '\\').Any(p => p is "bin" or "obj");

    private static string Find([CallerFilePath] string path = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));
        return File.Exists(Path.Combine(root, "FolderSync.sln")) ? root
            : throw new InvalidOperationException($"The sources are not at '{root}': the rules would hold for nothing.");
    }
}
