using System.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Commands;

internal static class ProblemCommand
{
    public static Command Create(CommandSet cli)
    {
        var ack = new Option<long?>("--ack") { Description = "Acknowledge the problem with that number.", HelpName = "NUMBER" };
        var ackAll = new Option<bool>("--ack-all") { Description = "Acknowledge all." };
        var all = new Option<bool>("--all") { Description = "Include acknowledged problems." };
        var json = new Option<bool>("--json") { Description = "Print the list as JSON." };
        return cli.SetHandler(new Command("problems", "Lists unacknowledged problems.") { ack, ackAll, all, json }, async (context, home, parsed, cancellation) =>
        {
            using var client = await context.RequireAsync(home, cancellation);
            if (parsed.GetValue(ack) is not null || parsed.GetValue(ackAll))
            {
                var done = await client.AcknowledgeAsync(parsed.GetValue(ackAll) ? null : parsed.GetValue(ack), cancellation);
                await context.Out.WriteLineAsync($"{HumanReadable.Count(done.Acknowledged, "problem")} acknowledged.");
                return;
            }
            var problems = (await client.ProblemsAsync(cancellation)).Where(p => parsed.GetValue(all) || !p.Acknowledged).ToList();
            if (parsed.GetValue(json))
            {
                await Paging.PrintAsync(context, problems, ExtensionJson.Default.IReadOnlyListProblemItem);
                return;
            }
            if (problems.Count == 0)
                await context.Out.WriteLineAsync("There are no problems.");
            foreach (var p in problems)
                await context.Out.WriteLineAsync($"{p.Id,4}  {HumanReadable.Moment(p.Time, context.Time.GetUtcNow()),-16}  {p.Severity,-7}  {(p.Folder is { } f ? PrintableText.Escape(f) + ": " : "")}{PrintableText.Escape(p.Text)}");
            if (problems.Any(p => !p.Acknowledged))
                await context.Out.WriteLineAsync("`foldersync problems --ack NUMBER` or `--ack-all` acknowledges them.");
        });
    }
}
