using System.CommandLine;

namespace FolderSync.CommandLine.Shell;

/// <summary>Commands that belong together in a person's mind: a heading of the help and of the manual.</summary>
internal sealed record CommandGroup(string Title, params IReadOnlyList<Command> Commands);
