using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace FolderSync.Rules.Sources;

/// <summary>Compiles all projects of src, or a test's own text.</summary>
internal static class SourceProjects
{
    private static readonly Lazy<IReadOnlyList<ProjectFile>> LazyProjects = new(ProjectFile.All);
    private static readonly Lazy<IReadOnlyList<SourceProject>> LazyAll = new(Load);
    private static readonly ConcurrentDictionary<string, CSharpCompilation> Empty = new(StringComparer.Ordinal);
    private static readonly Lazy<IReadOnlyList<MetadataReference>> LazyLibraries = new(Libraries);
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.None, SourceCodeKind.Regular, ["NET", "NET10_0", "NET10_0_OR_GREATER", "RELEASE"]);

    /// <summary>The SDK's implicit usings; the SDK writes them only when it builds this configuration.</summary>
    private static readonly string[] ImplicitUsings =
        ["System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading", "System.Threading.Tasks"];

    private static readonly string[] ImplicitUsingsOfWeb =
    [
        "System.Net.Http.Json", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration",
        "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",
    ];

    public static IReadOnlyList<ProjectFile> Projects => LazyProjects.Value;

    public static IReadOnlyList<SourceProject> All => LazyAll.Value;

    /// <summary>Compiles a test's own files: paths below the project's directory, and their text.</summary>
    public static SourceProject Of(string name, params (string Path, string Text)[] files)
    {
        var sources = files.Select(f => File(f.Path, Path.GetDirectoryName(f.Path) is { Length: > 0 } folder ? folder : ".", f.Text)).ToList();
        // Compilations derived from the same one share what was read from the libraries.
        var empty = Empty.GetOrAdd(name, n => Compile(n, [Global(ImplicitUsings)], LazyLibraries.Value));
        return new SourceProject(name, empty.AddSyntaxTrees(sources.Select(s => s.Tree)), sources);
    }

    private static IReadOnlyList<SourceProject> Load()
    {
        var libraries = LazyLibraries.Value;
        var generators = Generators();
        var done = new Dictionary<string, SourceProject>(StringComparer.Ordinal);
        foreach (var project in Projects)
            Add(project);
        return [.. Projects.Select(p => done[p.Name])];

        void Add(ProjectFile project)
        {
            if (done.ContainsKey(project.Name))
                return;
            var below = project.References.Select(r => Projects.Single(p => p.Name == r)).ToList();
            below.ForEach(Add);
            done.Add(project.Name, Make(project, [.. libraries, .. below.Select(p => done[p.Name].Compilation.ToMetadataReference())], generators));
        }
    }

    private static SourceProject Make(ProjectFile project, IReadOnlyList<MetadataReference> references, IReadOnlyList<ISourceGenerator> generators)
    {
        var files = project.Sources(Projects).AsParallel().AsOrdered().Select(f => File(
            Path.GetRelativePath(Checkout.Root, f).Replace('\\', '/'), Path.GetRelativePath(project.Directory, Path.GetDirectoryName(f)!).Replace('\\', '/'), System.IO.File.ReadAllText(f))).ToList();
        var generated = project.Generated().Select(f => CSharpSyntaxTree.ParseText(System.IO.File.ReadAllText(f), Options, f));
        var compilation = Compile(project.AssemblyName,
            [.. files.Select(f => f.Tree), .. generated, Global([.. ImplicitUsings, .. project.IsWeb ? ImplicitUsingsOfWeb : [], .. project.Usings])], references);
        CSharpGeneratorDriver.Create(generators, parseOptions: Options).RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        return new SourceProject(project.Name, (CSharpCompilation)complete, files);
    }

    private static CSharpCompilation Compile(string assembly, IEnumerable<SyntaxTree> trees, IEnumerable<MetadataReference> references) =>
        CSharpCompilation.Create(assembly, trees, references, new CSharpCompilationOptions(OutputKind.ConsoleApplication, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    private static SourceFile File(string path, string folder, string text) => new(path, folder, CSharpSyntaxTree.ParseText(SourceText.From(text), Options, path));

    private static SyntaxTree Global(IEnumerable<string> usings) => CSharpSyntaxTree.ParseText(string.Concat(usings.Select(u => $"global using {u};\n")), Options);

    /// <summary>
    /// The runtime, ASP.NET and every package in the tests' output directory; our own assemblies are compiled from their sources.
    /// </summary>
    private static IReadOnlyList<MetadataReference> Libraries()
    {
        var ours = Projects.Select(p => p.AssemblyName).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(f => !ours.Contains(Path.GetFileNameWithoutExtension(f))).Select(f => MetadataReference.CreateFromFile(f)),
        ];
    }

    private static IReadOnlyList<ISourceGenerator> Generators() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "generators"), "*.dll").Order(StringComparer.Ordinal).Select(Assembly.LoadFrom)
            .SelectMany(TypesOf).Where(t => !t.IsAbstract && t.IsDefined(typeof(GeneratorAttribute), inherit: false)).Select(t => Activator.CreateInstance(t)!)
            .Select(g => g is IIncrementalGenerator incremental ? incremental.AsSourceGenerator() : (ISourceGenerator)g),
    ];

    /// <summary>Skips types that need an editor's assemblies, such as code fixes.</summary>
    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException e)
        {
            return e.Types.OfType<Type>();
        }
    }
}
