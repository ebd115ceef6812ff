using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FolderSync.Rules;

/// <summary>
/// Names that this project once invented, with the field's terms for them. A type or member must not be declared with one of them again. Names of
/// tests are sentences and not affected.
/// </summary>
internal static class Vocabulary
{
    /// <summary>A name of a type or member, or <c>Type.Member</c> where the member's name is fine elsewhere.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["NewsHold"] = "AnnouncementDelay",
        ["HoldNews"] = "DeferAnnouncements",
        ["WasDoubted"] = "IsSuspect",
        ["DoubtFor"] = "ProbeTimeout",
        ["PeerSession.Held"] = "MinStableLifetime",
        ["FoundAgain"] = "RediscoveryInterval",
        ["StrangersEvery"] = "UnknownDeviceEventInterval",
        ["MayTellOfStranger"] = "ShouldReportUnknownDevice",
        ["Gate.Take"] = "AsyncBudget.AcquireAsync",
        ["Gate.Give"] = "AsyncBudget.Release",
        ["TakeInAsync"] = "ApplyRemoteIndexAsync",
        ["Displace"] = "ActionForExisting",
        ["Turn.Carry"] = "BatchOperation.Execute",
        ["Turn.Park"] = "BatchOperation.MoveAside",
        ["Turn.Rotate"] = "BatchOperation.RotateCycle",
        ["Dress"] = "ApplyMetadata",
        ["IsDressed"] = "HasMetadata",
        ["OnNotPlaced"] = "OnApplyFailed",
        ["LookAtCopies"] = "ReconcileConflictCopies",
        ["IsWhole"] = "MatchesIndex",
        ["WhatToDoWith"] = "ClassifyLeftover",
        ["BehindAll"] = "MaxSortKey",
        ["AskForAllOnce"] = "TryRequestFullIndex",
        ["GotAll"] = "OnFullIndexReceived",
        ["MaxToldFiles"] = "MaxReportedFiles",
        ["MostGathered"] = "MaxPendingDeletions",
        ["GiveToken"] = "IssueCsrfToken",
        ["TellListening"] = "PublishListenAddresses",
        ["ConcernedBy"] = "AffectedDevices",
        ["Does"] = "SetHandler",
        ["ServiceEnd.Again"] = "ServiceShutdown.RestartRequested",
        ["LocalPart"] = "LocalMetadata",
    };

    /// <summary>Names of types only: members may have them in their usual sense.</summary>
    private static readonly Dictionary<string, string> Types = new(StringComparer.Ordinal)
    {
        ["Gate"] = "AsyncBudget",
        ["Placing"] = "ApplyQueue",
        ["Aside"] = "DisplacedFileStore",
        ["Displaced"] = "ActionForExisting",
        ["Turn"] = "BatchOperation",
        ["Unread"] = "ContentVerifier",
        ["Observing"] = "FindingBuilder",
        ["Delivery"] = "FindingBatcher",
        ["ShownName"] = "DisplayName",
        ["Touch"] = "ChangeKind",
        ["Spare"] = "RedundantCopies",
        ["Listed"] = "VersionListCache",
        ["Half"] = "DirectionGuard",
        ["RareMessages"] = "ControlMessageCodec",
        ["WireName"] = "FileNameDecoder",
        ["Refusals"] = "RestErrors",
        ["Answers"] = "JsonResults",
        ["Described"] = "OpenApiMetadata",
        ["BodyOf"] = "RequestBodyType",
        ["LogBook"] = "LogBuffer",
        ["ProblemBook"] = "ProblemStore",
        ["NetworkNews"] = "NetworkChangeService",
        ["HeldPorts"] = "ReservedPorts",
        ["ServiceEnd"] = "ServiceShutdown",
        ["IdleMemory"] = "MemoryTrimmer",
        ["PauseSwitch"] = "PauseController",
        ["Attentions"] = "ActionItems",
        ["SourceBudget"] = "PacketRateLimiter",
        ["ContentTail"] = "PendingContentIndex",
        ["SocketSentences"] = "SocketErrorText",
    };

    /// <summary>Words that are in no name.</summary>
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["Anew"] = "Restart or Recreate",
        ["Bear"] = "Handle",
        ["Doubt"] = "ProbeLiveness",
        ["Doubted"] = "Suspect",
        ["Gatekeeper"] = "Middleware",
        ["Modes"] = "Permissions",
        ["News"] = "Changes",
        ["Novelty"] = "Change",
        ["Patience"] = "Timeout",
        ["Person"] = "User",
        ["Placer"] = "Replacer",
        ["Settler"] = "Debouncer",
        ["Sighting"] = "Announcement",
        ["Stranger"] = "UnknownDevice",
        ["Strangers"] = "UnknownDevices",
        ["Tell"] = "Notify",
        ["Tells"] = "Notifies",
        ["Told"] = "Notified",
        ["Twins"] = "Collisions",
    };

    /// <summary>All refused names.</summary>
    public static IEnumerable<string> Refused => [.. Names.Keys, .. Types.Keys, .. Words.Keys];

    /// <summary>The declarations in src and tests.</summary>
    public static IEnumerable<Finding> InCheckout() => In(SourceProjects.All.SelectMany(r => r.Files).Concat(Tests()));

    public static IEnumerable<Finding> In(IEnumerable<SourceFile> files) =>
        Finding.Counted(files.AsParallel().AsOrdered().SelectMany(f => Declarations(f.Syntax).Select(d => (Declared: d, Term: Replacement(d)))
            .Where(d => d.Term is not null).Select(d => (d.Declared.Path, $"{f.At(d.Declared.Node)}: rather {d.Term}")).ToList()));

    private static IEnumerable<SourceFile> Tests() => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "tests"), "*.cs", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Checkout.Root, f).Replace('\\', '/')).Where(f => !Checkout.IsBuildOutput(f)).Order(StringComparer.Ordinal)
        .Select(f => new SourceFile(f, ".", CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Checkout.Root, f)), path: f)));

    /// <returns>Null if the field uses the name.</returns>
    private static string? Replacement(Declaration declared)
    {
        var name = WithoutPrefix(declared.Name);
        if (Names.TryGetValue(name, out var term) || Names.TryGetValue($"{declared.Type}.{name}", out term) || (declared.Node is BaseTypeDeclarationSyntax && Types.TryGetValue(name, out term)))
            return term;
        return SplitIntoWords(name).Select(w => Words.GetValueOrDefault(w)).FirstOrDefault(w => w is not null);
    }

    private static IEnumerable<Declaration> Declarations(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodes())
        {
            var identifier = node switch
            {
                BaseTypeDeclarationSyntax type => type.Identifier,
                DelegateDeclarationSyntax type => type.Identifier,
                MethodDeclarationSyntax method when !IsTest(method) => method.Identifier,
                PropertyDeclarationSyntax property => property.Identifier,
                EventDeclarationSyntax raised => raised.Identifier,
                VariableDeclaratorSyntax { Parent.Parent: BaseFieldDeclarationSyntax } field => field.Identifier,
                EnumMemberDeclarationSyntax value => value.Identifier,
                ParameterSyntax { Parent.Parent: RecordDeclarationSyntax } property => property.Identifier,
                _ => default,
            };
            if (identifier.Text is { Length: > 0 } name)
                yield return new Declaration(node, node.Ancestors().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault()?.Identifier.Text ?? "", name);
        }
    }

    private static bool IsTest(MethodDeclarationSyntax method) =>
        method.AttributeLists.SelectMany(l => l.Attributes).Select(a => a.Name.ToString()).Any(n => n.EndsWith("Fact", StringComparison.Ordinal) || n.EndsWith("Theory", StringComparison.Ordinal));

    /// <summary>Fields begin with "_" or "s_".</summary>
    private static string WithoutPrefix(string name)
    {
        var bare = name.StartsWith("s_", StringComparison.Ordinal) ? name[2..] : name.TrimStart('_');
        return bare.Length == 0 ? name : char.ToUpperInvariant(bare[0]) + bare[1..];
    }

    private static IEnumerable<string> SplitIntoWords(string name)
    {
        var start = 0;
        for (var i = 1; i <= name.Length; i++)
        {
            if (i < name.Length && !char.IsAsciiLetterUpper(name[i]) && name[i] != '_')
                continue;
            yield return name[start..i];
            start = i;
        }
    }

    /// <param name="Type">The simple name of the type around it; empty if there is none.</param>
    private sealed record Declaration(SyntaxNode Node, string Type, string Name)
    {
        public string Path => Type.Length > 0 ? $"{Type}.{Name}" : Name;
    }
}
