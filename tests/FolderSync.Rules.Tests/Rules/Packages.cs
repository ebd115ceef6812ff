using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Which project may use which package: a project exists to keep a dependency out of the others. Checks what the sources name, since a package also
/// comes with a referenced project.
/// </summary>
internal static class Packages
{
    /// <summary>Prefixes of assembly names, the projects that may use them, and why only they.</summary>
    private static readonly (string Assembly, string[] Projects, string Why)[] Table =
    [
        ("YamlDotNet", ["Configuration"], "How settings are written is one room's business."),
        ("Microsoft.AspNetCore", ["Api", "Host"], "HTTP ends at the routes; Host only starts the server."),
        ("Microsoft.OpenApi", ["Api"], "As ASP.NET."),
        ("Microsoft.Extensions.Hosting", ["Api", "Host"], "The service's life is Host's; the routes are hosted."),
        ("Microsoft.Extensions.", ["Filesystem", "Index", "Network", "Engine", "Configuration", "Api", "CommandLine", "Host"], "Logs and services; Core and Protocol have neither."),
        ("Spectre.Console", ["CommandLine"], "A terminal is the commands' only."),
        ("System.CommandLine", ["CommandLine", "Tray"], "Arguments are the commands'; the tray is a program with arguments of its own."),
        ("QRCoder", ["CommandLine", "Api"], "A device ID to scan, in the terminal and on the page."),
        ("BCrypt", ["Configuration", "Api"], "The page's password."),
        ("LiteDB", ["Index"], "What is stored is read through a seam."),
        ("Microsoft.Data.Sqlite", ["Index"], "What is stored is read through a seam."),
        ("SQLitePCLRaw", ["Index"], "What is stored is read through a seam."),
        ("K4os.Hash.xxHash", ["Filesystem", "Index"], "Pre-hashes of blocks, checksums of records."),
        ("K4os.Compression.LZ4", ["Protocol"], "The wire's compression."),
        ("Google.Protobuf", ["Protocol"], "Wire types are no domain types."),
        ("BouncyCastle", ["Network"], "TLS and keys."),
        ("Makaretu", ["Network"], "mDNS."),
        ("SimpleBase", ["Network"], "Asked for by Makaretu."),
        ("Tmds.DBus", ["Tray"], "Icon and notices of the desktop."),
        ("SkiaSharp", ["IconRenderer"], "Pictures are made by the build."),
        ("Svg.", ["IconRenderer"], "Pictures are made by the build."),
    ];

    /// <summary>The types of packages used in the wrong project, by project and package; the number counts files.</summary>
    public static IEnumerable<Finding> Misplaced(SourceProject room) => Finding.Counted(
        room.Files.AsParallel().AsOrdered().SelectMany(file => Used(room, file).Select(a => (Assembly: a, Row: Row(a))).Where(u => u.Row.Projects is null || !IsIn(u.Row.Projects, room.Name))
            .Select(u => (Subject: $"{room.Name}/{u.Row.Assembly?.TrimEnd('.') ?? u.Assembly}", file.Path)).Distinct()).ToList());

    /// <summary>Packages that a project references though it may not, or that have no row in the table.</summary>
    public static IEnumerable<Finding> Referenced(IEnumerable<ProjectFile> projects) =>
        from project in projects
        from package in project.Packages
        where !IsBuildOnly(package) && (Row(package).Projects is not { } allowed || !IsIn(allowed, project.Name))
        select new Finding($"{project.Name}/{package}", 1, $"{project.Name}.csproj");

    private static (string? Assembly, string[]? Projects) Row(string name)
    {
        var row = Table.FirstOrDefault(r => name.StartsWith(r.Assembly, StringComparison.OrdinalIgnoreCase));
        return (row.Assembly, row.Projects);
    }

    private static bool IsIn(string[] projects, string project) => projects.Contains(project.Replace("FolderSync.", "", StringComparison.Ordinal));

    private static bool IsBuildOnly(string package) => package is "Grpc.Tools" or "Microsoft.CodeAnalysis.BannedApiAnalyzers";

    /// <summary>The assemblies, except the runtime and the solution's own, whose types or members the file uses.</summary>
    private static IEnumerable<string> Used(SourceProject room, SourceFile file)
    {
        var model = room.Model(file);
        return file.Syntax.DescendantNodes().OfType<SimpleNameSyntax>().Select(n => Names.Meant(model, n)?.ContainingAssembly?.Name).OfType<string>().Distinct()
            .Where(a => !IsRuntime(a) && a != room.Compilation.AssemblyName && !SourceProjects.Projects.Any(p => p.AssemblyName == a));
    }

    private static bool IsRuntime(string assembly) =>
        Row(assembly).Assembly is null && (assembly.StartsWith("System.", StringComparison.Ordinal) || assembly is "System" or "mscorlib" or "netstandard" || assembly.StartsWith("Microsoft.Win32.", StringComparison.Ordinal));
}
