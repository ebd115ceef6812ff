// What is shipped, told in two ways: a CycloneDX 1.6 bill of materials for programs, and notices for people.
//   dotnet run sbom.cs -- DIRECTORY RID VERSION BOM NOTICES
// DIRECTORY holds the published programs. Source are their *.deps.json, which name every package that has a file there, and the packages'
// own .nuspec files in NuGet's cache. A file that no package accounts for, or a package whose licence is not known, is an error.
#:property TreatWarningsAsErrors=true
#:property PublishAot=false
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

if (args is not [var directory, var rid, var version, var billPath, var noticesPath])
{
    Console.Error.WriteLine("Usage: dotnet run sbom.cs -- DIRECTORY RID VERSION BOM NOTICES");
    return 2;
}
try
{
    var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH")
        ?? throw new InvalidDataException("SOURCE_DATE_EPOCH is not set."), CultureInfo.InvariantCulture));
    var shipped = Shipped.Read(directory);
    var packages = shipped.Libraries.Where(l => !l.IsOurs).Select(l => (Library: l, About: Package.Read(l))).ToList();
    File.WriteAllText(billPath, Bill.Of(shipped, packages, rid, version, time).ToJsonString(new JsonSerializerOptions
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }) + "\n");
    File.WriteAllText(noticesPath, Notices.Of(version, packages));
    return 0;
}
catch (Exception e) when (e is InvalidDataException or IOException or JsonException or FormatException)
{
    Console.Error.WriteLine($"sbom: {e.Message}");
    return 1;
}

/// <summary>A library that has a file in what is shipped.</summary>
/// <param name="Hash">SHA-512 of the package's file, base64; empty for a runtime.</param>
/// <param name="IsOurs">A project of this repository.</param>
/// <param name="Uses">IDs of libraries.</param>
internal sealed record Library(string Id, string Version, string Hash, bool IsOurs, IReadOnlyList<string> Uses)
{
    private const string RuntimePrefix = "runtimepack.";

    public bool IsRuntime { get; } = Id.StartsWith(RuntimePrefix, StringComparison.Ordinal);

    /// <summary>As the package source has it.</summary>
    public string Package => IsRuntime ? Id[RuntimePrefix.Length..] : Id;

    public string Url => $"pkg:nuget/{Package}@{Version}";
}

internal sealed record Shipped(IReadOnlyList<Library> Libraries, IReadOnlyList<string> Programs)
{
    /// <exception cref="InvalidDataException">A file there belongs to nothing.</exception>
    public static Shipped Read(string directory)
    {
        var files = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(directory, f).Replace('\\', '/')).ToHashSet(StringComparer.Ordinal);
        var unknown = new HashSet<string>(files, StringComparer.Ordinal);
        var found = new SortedDictionary<string, Library>(StringComparer.OrdinalIgnoreCase);
        var programs = new List<string>();
        foreach (var depsFile in files.Where(f => f.EndsWith(".deps.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var program = depsFile[..^".deps.json".Length];
            programs.Add(program);
            unknown.ExceptWith([depsFile, program, program + ".exe", program + ".runtimeconfig.json"]);
            var deps = JsonNode.Parse(File.ReadAllText(Path.Combine(directory, depsFile)))!;
            var target = deps["targets"]![(string)deps["runtimeTarget"]!["name"]!]!.AsObject();
            foreach (var (name, assets) in target)
            {
                var mine = Assets(assets!).Where(files.Contains).ToList();
                unknown.ExceptWith(mine);
                var library = deps["libraries"]![name]!;
                var slash = name.IndexOf('/', StringComparison.Ordinal);
                if (mine.Count > 0)
                {
                    found.TryAdd(name[..slash], new Library(name[..slash], name[(slash + 1)..], ((string)library["sha512"]!).Replace("sha512-", "", StringComparison.Ordinal),
                        (string)library["type"]! == "project", [.. (assets!["dependencies"] as JsonObject ?? []).Select(d => d.Key)]));
                }
            }
        }
        if (unknown.Count > 0)
            throw new InvalidDataException($"No package accounts for {string.Join(", ", unknown.Order(StringComparer.Ordinal))} in '{directory}'.");
        return new Shipped([.. found.Values], programs);
    }

    /// <summary>Where a package's files lie once published: beside the program, those for a language in its directory.</summary>
    private static IEnumerable<string> Assets(JsonNode assets)
    {
        foreach (var kind in (string[])["runtime", "native"])
        {
            foreach (var (path, _) in assets[kind] as JsonObject ?? [])
                yield return Path.GetFileName(path);
        }
        foreach (var (path, about) in assets["resources"] as JsonObject ?? [])
            yield return $"{about!["locale"]}/{Path.GetFileName(path)}";
    }
}

/// <summary>What a package says of itself.</summary>
/// <param name="License">An SPDX expression.</param>
/// <param name="Texts">Its own files with its licence, and with what its makers ask to pass on: a name for each, and its text.</param>
internal sealed record Package(string License, string Copyright, string Description, string? Website, string? Source, string Hash, IReadOnlyList<(string Title, string Text)> Texts)
{
    /// <summary>Packages older than licence expressions, read by a person at the address that they name.</summary>
    private static readonly Dictionary<string, string> ReadByHand = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Common.Logging"] = "Apache-2.0",
        ["Common.Logging.Core"] = "Apache-2.0",
        ["K4os.Compression.LZ4"] = "MIT",
        ["K4os.Hash.xxHash"] = "MIT",
        ["Makaretu.Dns"] = "MIT",
        ["Makaretu.Dns.Multicast"] = "MIT",
    };

    /// <exception cref="InvalidDataException">Its licence is not known.</exception>
    public static Package Read(Library library)
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var id = library.Package.ToLowerInvariant();
        var directory = Path.Combine(cache, id, library.Version.ToLowerInvariant());
        var metadata = XDocument.Load(Path.Combine(directory, id + ".nuspec")).Root!.Elements().First(e => e.Name.LocalName == "metadata");
        XElement? Element(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name);
        var license = Element("license") is { } told && (string?)told.Attribute("type") == "expression" ? told.Value : ReadByHand.GetValueOrDefault(library.Package)
            ?? throw new InvalidDataException($"The licence of {library.Package} {library.Version} is not in its package. Read it at {Element("licenseUrl")?.Value ?? Element("projectUrl")?.Value} and write it into sbom.cs.");
        var hash = library.Hash.Length > 0 ? library.Hash : File.ReadAllText(Path.Combine(directory, $"{id}.{library.Version}.nupkg.sha512"));
        return new Package(license, Element("copyright")?.Value.Trim() ?? Element("authors")?.Value.Trim() ?? "", Element("description")?.Value.Trim() ?? "",
            Element("projectUrl")?.Value, (string?)Element("repository")?.Attribute("url"),
            Convert.ToHexStringLower(Convert.FromBase64String(hash.Trim())), [.. OwnTexts(directory)]);
    }

    /// <summary>Passed on as they are: they name whose work it is, which a licence's plain text does not.</summary>
    private static IEnumerable<(string Title, string Text)> OwnTexts(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
        {
            var title = Path.GetFileNameWithoutExtension(file).ToUpperInvariant() switch
            {
                "LICENSE" or "LICENCE" or "COPYING" => "Licence",
                "NOTICE" or "NOTICES" or "THIRD-PARTY-NOTICES" or "THIRDPARTYNOTICES" => "Notices",
                _ => null,
            };
            if (title is not null)
                yield return (title, File.ReadAllText(file).ReplaceLineEndings("\n").TrimStart('\uFEFF'));
        }
    }
}

internal static class Bill
{
    public static JsonObject Of(Shipped shipped, IReadOnlyList<(Library Library, Package About)> packages, string rid, string version, DateTimeOffset time)
    {
        var own = $"pkg:generic/foldersync@{version}?platform={rid}";
        var urls = packages.ToDictionary(p => p.Library.Id, p => p.Library.Url, StringComparer.OrdinalIgnoreCase);
        var bill = new JsonObject
        {
            ["$schema"] = "http://cyclonedx.org/schema/bom-1.6.schema.json",
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                ["component"] = new JsonObject
                {
                    ["type"] = "application",
                    ["bom-ref"] = own,
                    ["name"] = "FolderSync",
                    ["version"] = version,
                    ["description"] = $"{string.Join(" and ", shipped.Programs)} for {rid}, with the .NET runtime",
                    ["licenses"] = new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = "MIT" } }),
                    ["purl"] = own,
                },
            },
            ["components"] = new JsonArray([.. packages.Select(p => Component(p.Library, p.About))]),
            ["dependencies"] = new JsonArray(
            [
                Dependency(own, shipped.Libraries.Where(l => l.IsOurs).SelectMany(l => l.Uses).Concat(packages.Where(p => p.Library.IsRuntime).Select(p => p.Library.Id)), urls),
                .. packages.Select(p => Dependency(p.Library.Url, p.Library.Uses, urls)),
            ]),
        };
        // Named by its content: made twice, it is the same.
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes(bill.ToJsonString()));
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        bill.Insert(3, "serialNumber", $"urn:uuid:{new Guid(digest.AsSpan(0, 16), bigEndian: true)}");
        return bill;
    }

    private static JsonObject Component(Library library, Package about)
    {
        var component = new JsonObject
        {
            ["type"] = library.IsRuntime ? "framework" : "library",
            ["bom-ref"] = library.Url,
            ["name"] = library.Package,
            ["version"] = library.Version,
            ["description"] = about.Description,
            ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = about.Hash }),
            ["licenses"] = new JsonArray(about.License.Contains(' ', StringComparison.Ordinal)
                ? new JsonObject { ["expression"] = about.License }
                : new JsonObject { ["license"] = new JsonObject { ["id"] = about.License } }),
            ["copyright"] = about.Copyright,
            ["purl"] = library.Url,
        };
        var references = new JsonArray();
        if (about.Website is { Length: > 0 } website)
            references.Add(new JsonObject { ["type"] = "website", ["url"] = website });
        if (about.Source is { Length: > 0 } source)
            references.Add(new JsonObject { ["type"] = "vcs", ["url"] = source });
        if (references.Count > 0)
            component["externalReferences"] = references;
        return component;
    }

    private static JsonObject Dependency(string url, IEnumerable<string> uses, Dictionary<string, string> urls)
    {
        var on = uses.Where(urls.ContainsKey).Select(u => urls[u]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(u => (JsonNode)u).ToArray();
        var dependency = new JsonObject { ["ref"] = url };
        if (on.Length > 0)
            dependency["dependsOn"] = new JsonArray(on);
        return dependency;
    }
}

internal static class Notices
{
    public static string Of(string version, IReadOnlyList<(Library Library, Package About)> packages)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"FolderSync {version} is shipped with these works of others, unchanged. The licences' texts follow. Its own is the MIT licence:\n");
        text.Append("Copyright (c) The FolderSync authors.\n");
        foreach (var (library, about) in packages)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{library.Package} {library.Version} ({about.License})\n");
            foreach (var line in (string?[])[about.Copyright, about.Source ?? about.Website])
            {
                if (line is { Length: > 0 })
                    text.Append("  ").Append(line.ReplaceLineEndings(" ")).Append('\n');
            }
        }
        foreach (var license in packages.SelectMany(p => p.About.License.Split(' ').Where(w => w is not ("AND" or "OR" or "WITH"))).Distinct().Order(StringComparer.Ordinal))
            Part(text, license, File.ReadAllText(Path.Combine(LicencesDirectory(), license + ".txt")));
        foreach (var (library, about) in packages)
        {
            foreach (var (title, its) in about.Texts)
                Part(text, $"{title} of {library.Package} {library.Version}", its);
        }
        return text.ToString();
    }

    private static void Part(StringBuilder text, string title, string body) =>
        text.Append('\n').Append(new string('=', 100)).Append('\n').Append(title).Append("\n\n").Append(body.TrimEnd()).Append('\n');

    /// <summary>Beside this file.</summary>
    private static string LicencesDirectory([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "licences");
}
