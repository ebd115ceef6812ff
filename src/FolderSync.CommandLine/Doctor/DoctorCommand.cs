using System.CommandLine;
using FolderSync.Client;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Checks;
using FolderSync.Configuration.Home;
using FolderSync.Contracts;
using FolderSync.Core.Text;
using Spectre.Console;

namespace FolderSync.CommandLine.Doctor;

internal static class DoctorCommand
{
    public static Command Create(CommandSet cli)
    {
        var json = new Option<bool>("--json") { Description = "Print the checks as JSON." };
        return cli.SetHandler(new Command("doctor", "Checks everything that FolderSync depends on, and says how to fix problems.") { json }, async (context, home, parsed, cancellation) =>
        {
            var all = await ExamineAsync(context, home, cancellation);
            if (parsed.GetValue(json))
                await Paging.PrintAsync(context, all, ExtensionJson.Default.IReadOnlyListDoctorCheck);
            else
                Write(context, all);
            var failed = all.Count(c => c.Status == CheckResult.Failed);
            if (failed > 0)
                throw CliException.Failed($"{HumanReadable.Count(failed, "check")} failed.");
            if (!parsed.GetValue(json))
                await context.Out.WriteLineAsync(all.Any(c => c.Status == CheckResult.Warning) ? "Nothing fails." : "All is well.");
        });
    }

    /// <summary>Runs the service's own checks if it is running, and from outside only those that it doesn't have.</summary>
    private static async Task<IReadOnlyList<DoctorCheck>> ExamineAsync(CliContext context, HomeDirectory home, CancellationToken cancellation)
    {
        var local = HomeChecks.Of(home).ToList();
        if (local.Any(c => c is { Check: "home", Status: CheckResult.Failed } && !Directory.Exists(home.Path)))
            return Answered(local);
        var config = ConfigChecks.Of(home, local);
        var served = new List<DoctorCheck>();
        try
        {
            using var client = await CliContext.ConnectAsync(home, cancellation);
            if (client is not null)
            {
                local.Add(CheckResult.Ok("service", $"It is running and responds at {client.Address.Url}"));
                try
                {
                    served.AddRange(await client.DoctorAsync(cancellation));
                }
                catch (ServiceException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
                {
                    local.Add(CheckResult.Warn("service", "It is older than this program and doesn't support checks.", "`foldersync restart`"));
                }
            }
            else
            {
                local.Add(CheckResult.Warn("service", "It is not running: nothing is synced.", "`foldersync serve` starts it, `foldersync autostart on` at each login."));
            }
        }
        catch (ServiceException e)
        {
            local.Add(CheckResult.Fail("service", e.Message, "Check its log; stop it and start it again with `foldersync serve`."));
        }
        if (config is not null)
        {
            var running = local.Any(c => c is { Check: "service", Status: CheckResult.Passed });
            local.AddRange(FolderChecks.Of(config, cancellation));
            if (!running)
                local.AddRange(PortChecks.Of(config));
            local.AddRange(WatchChecks.Of(config, context.Time, cancellation));
        }
        local.AddRange(ClockChecks.Of(context.Time));
        var names = served.Select(c => Kind(c.Check)).ToHashSet();
        return [.. Answered(local.Where(c => !names.Contains(Kind(c.Check)))), .. served];
    }

    /// <summary>Converts to the format of the service's checks.</summary>
    private static IReadOnlyList<DoctorCheck> Answered(IEnumerable<CheckResult> findings) => [.. findings.Select(f => new DoctorCheck(f.Check, f.Status, f.Text, f.Fix))];

    /// <summary>"disk: photos" and "disk" are of the same kind.</summary>
    private static string Kind(string check) => check.Split([' ', ':'], 2)[0].ToLowerInvariant();

    private static void Write(CliContext context, IReadOnlyList<DoctorCheck> all)
    {
        var console = Terminal.Of(context);
        var column = Math.Min(14, all.Max(c => c.Check.Length));
        var width = Math.Max(30, Math.Min(100, console.Profile.Width) - column - 8);
        foreach (var check in all)
        {
            var colour = check.Status switch { CheckResult.Passed => Color.Green, CheckResult.Warning => Color.Yellow, _ => Color.Red };
            console.Write(new Text($"{check.Status,-4}", new Style(colour)));
            var text = Terminal.Wrap(PrintableText.Escape(check.Text), width).ToList();
            context.Out.WriteLine($"  {PrintableText.Escape(check.Check).PadRight(column)}  {text[0]}");
            // Commands are meant to be copied: leave a long line to the terminal.
            IEnumerable<string> fix = check.Fix is { } mend ? ["-> " + PrintableText.Escape(mend)] : [];
            foreach (var line in text.Skip(1).Concat(fix))
                context.Out.WriteLine($"{"",-4}  {"".PadRight(column)}  {line}");
        }
    }
}
