using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace FolderSync.Rules;

/// <summary>Which project may reference which, and which may use a library. A project exists to keep a dependency out of the others.</summary>
public sealed partial class RoomRules
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Platform"] = [],
        ["Contracts"] = [],
        ["Filesystem"] = ["Core", "Platform"],
        ["Index"] = ["Core", "Platform"],
        ["Protocol"] = ["Core", "Platform"],
        ["Network"] = ["Core", "Platform"],
        ["Engine"] = ["Core", "Platform", "Filesystem", "Index", "Protocol", "Network"],
        ["Configuration"] = ["Core", "Platform", "Protocol", "Network", "Engine"],
        ["Api"] = ["Core", "Platform", "Filesystem", "Index", "Protocol", "Network", "Engine", "Configuration", "Contracts"],
        ["Client"] = ["Contracts"],
        ["CommandLine"] = ["Core", "Platform", "Configuration", "Contracts", "Client"],
        ["Tray"] = ["Contracts", "Client", "Platform"],
        ["Host"] = ["Core", "Platform", "Filesystem", "Index", "Protocol", "Network", "Engine", "Configuration", "Api", "CommandLine", "Contracts", "Client"],
    };

    private static readonly Dictionary<string, string[]> Homes = new()
    {
        ["YamlDotNet"] = ["Configuration"],
        ["BCrypt.Net-Next"] = ["Configuration"],
        ["Microsoft.AspNetCore.OpenApi"] = ["Api"],
        ["Spectre.Console"] = ["CommandLine"],
        ["System.CommandLine"] = ["CommandLine", "Tray"],
        ["Microsoft.Data.Sqlite"] = ["Index"],
        ["LiteDB"] = ["Index"],
        ["BouncyCastle.Cryptography"] = ["Network"],
        ["Google.Protobuf"] = ["Protocol"],
    };

    [Fact]
    public void A_room_references_those_below_it_only()
    {
        var rooms = Projects().ToDictionary(p => p.Name, p => p.Xml);
        Assert.Equal(Allowed.Keys.Order(), rooms.Keys.Order());
        foreach (var (name, xml) in rooms)
        {
            var known = xml.Descendants("ProjectReference").Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)["FolderSync.".Length..]);
            Assert.Equal([], known.Except(Allowed[name]).Select(k => $"{name} must not know {k}"));
        }
    }

    [Fact]
    public void A_library_is_in_its_room_only()
    {
        var homes = Projects().SelectMany(p => p.Xml.Descendants("PackageReference").Select(r => (Library: (string)r.Attribute("Include")!, p.Name)))
            .ToLookup(r => r.Library, r => r.Name);
        foreach (var (library, rooms) in Homes)
            Assert.Equal(rooms.Order(), homes[library].Order());
    }

    /// <summary>Host has the framework reference for the published program.</summary>
    [Fact]
    public void Only_the_api_names_a_type_of_the_web_server()
    {
        var naming = Directory.EnumerateFiles(Source(), "*.cs", SearchOption.AllDirectories).Where(IsSource)
            .Where(f => WebServer().IsMatch(File.ReadAllText(f))).Select(f => Path.GetRelativePath(Source(), f).Split(Path.DirectorySeparatorChar)[0]).Distinct();
        Assert.Equal(["FolderSync.Api"], naming);
    }

    private static List<(string Name, XDocument Xml)> Projects() =>
    [
        .. Directory.EnumerateDirectories(Source(), "FolderSync.*").Select(d => (Path.GetFileName(d)["FolderSync.".Length..], XDocument.Load(Path.Combine(d, Path.GetFileName(d) + ".csproj")))),
    ];

    private static bool IsSource(string file) => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal);

    private static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../src"));

    [GeneratedRegex(@"using Microsoft\.AspNetCore|\b(?:WebApplication|HttpContext|IEndpointRouteBuilder|RouteGroupBuilder|IResult)\b")]
    private static partial Regex WebServer();
}
