using System.Collections.Frozen;
using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>
/// Which project may see which. Knowledge flows one way; projects of one row do not know each other (Platform aside, which stands beneath them).
/// A project that isn't here yet stands here with what it will be allowed.
/// </summary>
internal static class Layers
{
    private static readonly string[] Siblings = ["Filesystem", "Index", "Protocol", "Network"];

    private static readonly FrozenDictionary<string, string[]> Allowed = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        // Pure: no I/O, no clock, no threads.
        ["Core"] = [],
        ["Platform"] = ["Core"],
        // The disk and the index never see a peer.
        ["Filesystem"] = ["Core", "Platform"],
        ["Index"] = ["Core", "Platform"],
        // The wire never sees a folder, and has no sockets.
        ["Protocol"] = ["Core"],
        ["Network"] = ["Core", "Platform"],
        ["Engine"] = ["Core", "Platform", .. Siblings],
        // What a client sends and reads is no business of the engine's.
        ["Contracts"] = [],
        ["Client"] = ["Contracts"],
        // An option becomes a setting of the engine; an import reads another program's identity and checks the disk.
        ["Configuration"] = ["Core", "Platform", .. Siblings, "Engine"],
        // REST's bodies of the configuration are driven by its table.
        ["Api"] = ["Core", "Platform", .. Siblings, "Engine", "Configuration", "Contracts"],
        // A command talks to the service like any client; without one (init, doctor, import) it reads the home itself.
        ["CommandLine"] = ["Core", "Platform", "Filesystem", "Index", "Network", "Engine", "Configuration", "Contracts", "Client"],
        // A program of its own that knows the service by REST only.
        ["Tray"] = ["Contracts", "Client"],
        // A tool of the build.
        ["IconRenderer"] = [],
        // Where all is put together.
        ["Host"] = ["Core", "Platform", .. Siblings, "Engine", "Configuration", "Contracts", "Api", "CommandLine", "Client"],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<Finding> Forbidden(IEnumerable<ProjectFile> projects) =>
        from project in projects
        let allowed = Allowed.GetValueOrDefault(Short(project.Name))
        from reference in allowed is null ? ["(no-row-in-the-table)"] : project.References.Select(Short).Except(allowed)
        select new Finding($"{project.Name}→{reference}", 1, $"{project.Name}.csproj");

    /// <summary>Rooms talk to each other by what is public; only tests see further.</summary>
    public static IEnumerable<Finding> Friends(IEnumerable<ProjectFile> projects) =>
        from project in projects
        from friend in project.Friends
        where projects.Any(p => p.Name == friend || p.AssemblyName == friend)
        select new Finding($"{project.Name}→{friend}", 1, $"{project.Name}.csproj");

    private static string Short(string project) => project.Replace("FolderSync.", "", StringComparison.Ordinal);
}
