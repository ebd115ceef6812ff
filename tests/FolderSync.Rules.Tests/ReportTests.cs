using FolderSync.Rules.Sources;
using Microsoft.CodeAnalysis;

namespace FolderSync.Rules;

/// <summary>Writes the figures of all projects as a table to TestResults/house.md, for comparing them before and after a redesign.</summary>
public class ReportTests
{
    [Fact]
    public void The_figures_are_written_down()
    {
        var types = SourceProjects.All.SelectMany(r => Fields.Counts(r).Select(c => (Name: SourceProject.NameOf(c.Type), Lines: Sizes.LinesOf(c.Type, r), Fields: c.Count, c.Type))).ToList();
        var report = new List<string> { "| the ten longest types | lines | fields |", "|---|---|---|" };
        report.AddRange(types.OrderByDescending(t => t.Lines).Take(10).Select(t => $"| {t.Name} | {t.Lines} | {t.Fields} |"));
        report.AddRange(["", "| the ten with the most fields | fields | lines |", "|---|---|---|"]);
        report.AddRange(types.Where(t => !t.Type.IsRecord).OrderByDescending(t => t.Fields).Take(10).Select(t => $"| {t.Name} | {t.Fields} | {t.Lines} |"));
        report.AddRange(["", "| project | files | lines | cycles of folders | folders in them | lines [\"x\"] = | discarded tasks | methods of 60 lines or more |", "|---|---|---|---|---|---|---|---|"]);
        foreach (var room in SourceProjects.All)
        {
            var cycles = FolderCycles.CyclesOf(room);
            report.Add($"| {room.Name} | {room.Files.Count} | {room.Files.Sum(f => f.Lines)} | {cycles.Count} | {string.Join("; ", cycles.Select(c => string.Join(", ", c)))} "
                + $"| {StringKeyed.JsonLines(room).Sum(f => f.Amount)} | {DiscardedTasks.Discarded(room).Sum(f => f.Amount)} | {Sizes.LongMethods(room).Count()} |");
        }
        var results = Directory.CreateDirectory(Path.Combine(Checkout.Rules, "TestResults"));
        File.WriteAllLines(Path.Combine(results.FullName, "house.md"), report);
        Assert.Equal(20, report.Count(l => l.StartsWith("| FolderSync.", StringComparison.Ordinal)) - SourceProjects.All.Count);
    }
}
