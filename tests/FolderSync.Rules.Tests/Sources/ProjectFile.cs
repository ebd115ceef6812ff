using System.Xml.Linq;

namespace FolderSync.Rules.Sources;

/// <summary>A project file of src.</summary>
/// <param name="References">The projects whose types it sees; without build tools.</param>
/// <param name="Friends">The assemblies that see its internals.</param>
internal sealed record ProjectFile(string Name, string Directory, string AssemblyName, bool IsWeb, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Friends,
    IReadOnlyList<string> Usings)
{
    public static IReadOnlyList<ProjectFile> All() =>
    [
        .. System.IO.Directory.EnumerateFiles(Checkout.Source, "*.csproj", SearchOption.AllDirectories)
            .Where(f => !Checkout.IsBuildOutput(Path.GetRelativePath(Checkout.Source, f))).Order(StringComparer.Ordinal).Select(Read),
    ];

    /// <summary>Its sources, without those of a project inside its directory.</summary>
    public IReadOnlyList<string> Sources(IReadOnlyList<ProjectFile> all)
    {
        var inner = all.Where(p => p != this && p.Directory.StartsWith(Directory + Path.DirectorySeparatorChar, StringComparison.Ordinal)).Select(p => p.Directory + Path.DirectorySeparatorChar).ToList();
        return
        [
            .. System.IO.Directory.EnumerateFiles(Directory, "*.cs", SearchOption.AllDirectories)
                .Where(f => !Checkout.IsBuildOutput(Path.GetRelativePath(Directory, f)) && !inner.Any(i => f.StartsWith(i, StringComparison.Ordinal))).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>The code that Grpc.Tools generated from .proto files in this build. It is compiled, but no rule checks it.</summary>
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
