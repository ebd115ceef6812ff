using System.CommandLine;

namespace FolderSync.CommandLine.Shell;

/// <summary>Related commands: one heading in help and manual.</summary>
internal sealed record CommandGroup(string Title, params IReadOnlyList<Command> Commands);
