using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;
using System.Globalization;
using FolderSync.Host.Service;

namespace FolderSync.Host.Cli.Completion;

/// <summary>
/// `foldersync "[complete:POSITION]" LINE`: what the scripts of <see cref="CompletionScripts"/> ask. One candidate a line, with what it is behind
/// a tab; the one line ":directories" asks the shell for those. It never says anything else, also when it fails.
/// (System.CommandLine's own `[suggest]` is there, too; it knows neither quoting nor directories.)
/// </summary>
internal sealed class CompletionDirective : Directive
{
    private const string Directories = ":directories";

    public CompletionDirective(CommandLine cli)
        : base("complete") => Action = new CompleteAction(cli, this);

    private sealed class CompleteAction(CommandLine cli, Directive directive) : SynchronousCommandLineAction
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
            if (WantsDirectory(parsed, words))
                return [Directories];
            var all = parsed.GetCompletions()
                .Where(c => c.Label.StartsWith("--", StringComparison.Ordinal) || !c.Label.StartsWith('-') && !c.Label.StartsWith('/'))
                .Where(c => c.Label.StartsWith(words.Current, StringComparison.OrdinalIgnoreCase) && !words.Before.Contains(c.Label))
                .ToList();
            // Options only where they are asked for, or where there is nothing else.
            if (!words.Current.StartsWith('-') && all.Any(c => !c.Label.StartsWith('-')))
                all.RemoveAll(c => c.Label.StartsWith('-'));
            return all.Select(c => PrintableText.Of(c.Label) + (What(c) is { Length: > 0 } what ? "\t" + what : ""));
        }

        private static bool WantsDirectory(ParseResult parsed, ShellWords words)
        {
            if (words.Current.StartsWith('-'))
                return false;
            var command = parsed.CommandResult.Command;
            if (words.Before.LastOrDefault() is { } last && parsed.RootCommandResult.Command.Options.Concat(command.Options).FirstOrDefault(o => o.Name == last || o.Aliases.Contains(last)) is { } option &&
                option.ValueType != typeof(bool))
            {
                return option.HelpName == "DIR";
            }
            return command.Arguments.FirstOrDefault(a => parsed.GetResult(a) is not { Tokens.Count: > 0 }) is { Name: "PATH" or "DIR" };
        }

        private static string What(CompletionItem item)
        {
            var text = PrintableText.Of((item.Detail ?? item.Documentation ?? "").ReplaceLineEndings(" "));
            var end = text.IndexOf(". ", StringComparison.Ordinal);
            return (end < 0 ? text : text[..end]).TrimEnd('.');
        }
    }
}
