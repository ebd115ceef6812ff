using System.Xml.Linq;

namespace FolderSync.Rules.Sources;

/// <summary>What a project of src says in its own file.</summary>
/// <param name="References">Names of projects whose types it sees; build tools are left out.</param>
/// <param name="Friends">Assemblies that see its internals.</param>
internal sealed record ProjectFile(string Name, string Directory, string AssemblyName, bool IsWeb, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Friends,
    IReadOnlyList<string> Usings)
{
    public static IReadOnlyList<ProjectFile> All() =>
    [
        .. System.IO.Directory.EnumerateFiles(Checkout.Source, "*.csproj", SearchOption.AllDirectories)
            .Where(f => !Checkout.IsBuildOutput(Path.GetRelativePath(Checkout.Source, f))).Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Its sources, those of a project inside its directory left out.</summary>
    public IReadOnlyList<string> Sources(IReadOnlyList<ProjectFile> all)
    {
        var inner = all.Where(p => p != this && p.Directory.StartsWith(Directory + Path.DirectorySeparatorChar, StringComparison.Ordinal)).Select(p => p.Directory + Path.DirectorySeparatorChar).ToList();
        return
        [
            .. System.IO.Directory.EnumerateFiles(Directory, "*.cs", SearchOption.AllDirectories)
                .Where(f => !Checkout.IsBuildOutput(Path.GetRelativePath(Directory, f)) && !inner.Any(i => f.StartsWith(i, StringComparison.Ordinal))).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>What Grpc.Tools made of .proto files in the build that these tests belong to. It is bound, and measured by no rule.</summary>
    public IReadOnlyList<string> Generated()
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";
        return
        [
            .. Items("Protobuf").Select(p => Path.GetFileNameWithoutExtension(p)!).Select(p => char.ToUpperInvariant(p[0]) + p[1..] + ".cs")
                .SelectMany(f => System.IO.Directory.EnumerateFiles(Path.Combine(Directory, "obj", configuration), f, SearchOption.AllDirectories)).Take(1),
        ];
    }

    private IEnumerable<string> Items(string kind) => Items(XDocument.Load(Path.Combine(Directory, Name + ".csproj")), kind).Select(e => (string)e.Attribute("Include")!);

    private static IEnumerable<XElement> Items(XDocument file, string kind) => file.Descendants(kind).Where(e => e.Attribute("Include") is not null);

    private static ProjectFile Read(string path)
    {
        var file = XDocument.Load(path);
        var name = Path.GetFileNameWithoutExtension(path);
        IReadOnlyList<string> All(string kind) => [.. Items(file, kind).Select(e => (string)e.Attribute("Include")!)];
        return new ProjectFile(name, Path.GetDirectoryName(path)!, file.Descendants("AssemblyName").FirstOrDefault()?.Value ?? name,
            ((string?)file.Root!.Attribute("Sdk"))?.EndsWith(".Web", StringComparison.Ordinal) == true || All("FrameworkReference").Contains("Microsoft.AspNetCore.App"),
            [.. Items(file, "ProjectReference").Where(e => (string?)e.Attribute("ReferenceOutputAssembly") != "false").Select(e => Path.GetFileNameWithoutExtension((string)e.Attribute("Include")!))],
            All("PackageReference"), All("InternalsVisibleTo"), All("Using"));
    }
}
