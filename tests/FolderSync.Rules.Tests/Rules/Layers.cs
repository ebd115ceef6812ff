using System.Collections.Frozen;
using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>
/// Which project may see which. Dependencies go one way; projects of one row don't know each other (except Platform, which is below them). A
/// planned project is listed with what it may see.
/// </summary>
internal static class Layers
{
    private static readonly string[] Siblings = ["Filesystem", "Index", "Protocol", "Network"];

    private static readonly FrozenDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        // Pure: no I/O, no clock, no threads.
        ["Core"] = [],
        ["Platform"] = ["Core"],
        // The disk and the index know nothing of peers.
        ["Filesystem"] = ["Core", "Platform"],
        ["Index"] = ["Core", "Platform"],
        // The protocol knows nothing of folders, and has no sockets.
        ["Protocol"] = ["Core"],
        ["Network"] = ["Core", "Platform"],
        ["Engine"] = ["Core", "Platform", .. Siblings],
        // The engine doesn't know what a client sends and reads.
        ["Contracts"] = [],
        ["Client"] = ["Contracts"],
        // Maps options to the engine's settings; an import reads another program's identity and checks the disk.
        ["Configuration"] = ["Core", "Platform", .. Siblings, "Engine"],
        // The configuration's tables drive REST's configuration bodies.
        ["Api"] = ["Core", "Platform", .. Siblings, "Engine", "Configuration", "Contracts"],
        // A command talks to the service like any client; without a service (init, doctor, import) it reads the home itself.
        ["CommandLine"] = ["Core", "Platform", "Filesystem", "Index", "Network", "Engine", "Configuration", "Contracts", "Client"],
        // A separate program that uses the service by REST only.
        ["Tray"] = ["Contracts", "Client"],
        // A build tool.
        ["IconRenderer"] = [],
        // Composes everything.
        ["Host"] = ["Core", "Platform", .. Siblings, "Engine", "Configuration", "Contracts", "Api", "CommandLine", "Client"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<Finding> Forbidden(IEnumerable<ProjectFile> projects) =>
        from project in projects
        let allowed = Allowed.GetValueOrDefault(Short(project.Name))
        from reference in allowed is null ? ["(no-row-in-the-table)"] : project.References.Select(Short).Except(allowed)
        select new Finding($"{project.Name}→{reference}", 1, $"{project.Name}.csproj");

    /// <summary>Projects use each other's public types; only tests see internals.</summary>
    public static IEnumerable<Finding> Friends(IEnumerable<ProjectFile> projects) =>
        from project in projects
        from friend in project.Friends
        where projects.Any(p => p.Name == friend || p.AssemblyName == friend)
        select new Finding($"{project.Name}→{friend}", 1, $"{project.Name}.csproj");

    private static string Short(string project) => project.Replace("FolderSync.", "", StringComparison.Ordinal);
}
