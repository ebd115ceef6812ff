using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.Globalization;
using FolderSync.CommandLine.Shell;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Completion;

/// <summary>
/// `foldersync "[complete:POSITION]" LINE`, called by the <see cref="CompletionScripts"/>. Prints one candidate per line, with a description after
/// a tab; the single line ":directories" lets the shell complete those. It prints nothing else, even when it fails. (System.CommandLine's own
/// `[suggest]` exists, too; it supports neither quoting nor directories.)
/// </summary>
internal sealed class CompletionDirective : Directive
{
    private const string Directories = ":directories";

    public CompletionDirective(CommandSet cli)
        : base("complete") => Action = new CompleteAction(cli, this);

    private sealed class CompleteAction(CommandSet cli, Directive directive) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var line = parseResult.Tokens.LastOrDefault(t => t.Type != System.CommandLine.Parsing.TokenType.Directive)?.Value ?? "";
            if (int.TryParse(parseResult.GetResult(directive)?.Values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position < line.Length)
                line = line[..position];
            foreach (var candidate in Candidates(ShellWords.Of(line, backslashQuotes: !OperatingSystem.IsWindows())))
                cli.Context.Out.WriteLine(candidate);
            return ExitCode.Success;
        }

        private IEnumerable<string> Candidates(ShellWords words)
        {
            var parsed = cli.Root.Parse([.. words.Before], new ParserConfiguration { ResponseFileTokenReplacer = null });
            var command = parsed.CommandResult.Command;
            var options = command.Options.Concat(cli.Root.Options.Where(o => o.Recursive)).Where(o => !o.Hidden).Distinct().ToList();
            if (options.FirstOrDefault(o => words.Before.LastOrDefault() is { } last && (o.Name == last || o.Aliases.Contains(last))) is { } valued && valued.Arity.MinimumNumberOfValues > 0)
                return valued.HelpName == "DIR" ? [Directories] : Shown(valued.GetCompletions(parsed.GetCompletionContext()), words);
            var names = options.Where(o => !words.Before.Contains(o.Name)).Select(o => new CompletionItem(o.Name, detail: o.Description));
            if (words.Current.StartsWith('-'))
                return Shown(names, words);
            var argument = command.Arguments.FirstOrDefault(a => !a.Hidden && (a.Arity.MaximumNumberOfValues > 1 || parsed.GetResult(a) is not { Tokens.Count: > 0 }));
            if (argument is { Name: "PATH" or "DIR" })
                return [Directories];
            var commands = command.Subcommands.Where(c => !c.Hidden).Select(c => new CompletionItem(c.Name, detail: c.Description));
            var candidates = Shown(commands.Concat(argument?.GetCompletions(parsed.GetCompletionContext()) ?? []), words);
            // Offer options only when there is nothing else.
            return candidates.Count > 0 || words.Current.Length > 0 ? candidates : Shown(names, words);
        }

        private static List<string> Shown(IEnumerable<CompletionItem> items, ShellWords words) =>
        [
            .. items.Where(c => c.Label.StartsWith(words.Current, StringComparison.OrdinalIgnoreCase)).DistinctBy(c => c.Label).OrderBy(c => c.Label, StringComparer.Ordinal)
                .Select(c => PrintableText.Escape(c.Label) + (What(c) is { Length: > 0 } what ? "\t" + what : "")),
        ];

        private static string What(CompletionItem item)
        {
            var text = PrintableText.Escape((item.Detail ?? item.Documentation ?? "").ReplaceLineEndings(" "));
            var end = text.IndexOf(". ", StringComparison.Ordinal);
            return (end < 0 ? text : text[..end]).TrimEnd('.');
        }
    }
}
