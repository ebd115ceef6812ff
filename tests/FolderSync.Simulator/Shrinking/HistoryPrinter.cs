using System.Globalization;
using System.Text;
using FolderSync.Engine.Configuring;
using FolderSync.Simulator.Disks;
using FolderSync.Simulator.Histories;

namespace FolderSync.Simulator.Shrinking;

/// <summary>Prints a history as a C# test.</summary>
internal static class HistoryPrinter
{
    /// <summary>A test for KeptHistoryTests, indented for that file.</summary>
    public static string Test(History history, Failure failure)
    {
        var said = failure.Text.Split('\n')[0].TrimEnd();
        return $"""
                /// <summary>{Comment(said)}</summary>
                [Fact]
                public void A_history_of_seed_{history.Seed}_passes() => Passes({Indented(Expression(history))});

            """;
    }

    public static string Expression(History history)
    {
        var text = new StringBuilder("new History\n{\n");
        Line(text, 1, $"Seed = {history.Seed},");
        if (history.Versioning != VersioningKind.None)
            Line(text, 1, $"Versioning = Configuring.VersioningKind.{history.Versioning},");
        if (history.ExactTimers)
            Line(text, 1, "ExactTimers = true,");
        if (history.LongVectors)
            Line(text, 1, "LongVectors = true,");
        if (history.Holds is { } holds)
            Line(text, 1, $"Holds = new HoldLimits({holds.IncomingFrom}, {holds.IncomingFromPercent}, {holds.DeletionsOver}, {(holds.IncomingDeletions ? "true" : "false")}),");
        if (history.Topology != Topology.FullMesh)
            Line(text, 1, $"Topology = Topology.{history.Topology},");
        if (history.Respells)
            Line(text, 1, "Respells = true,");
        Line(text, 1, "Devices =");
        Line(text, 1, "[");
        foreach (var device in history.Devices)
            Line(text, 2, Device(device) + ",");
        Line(text, 1, "],");
        Line(text, 1, "Steps =");
        Line(text, 1, "[");
        foreach (var step in history.Steps)
            Line(text, 2, $"new({Text(step.Operation)}, {Text(step.Pause)}, {step.Draws}),");
        Line(text, 1, "],");
        Line(text, 1, $"SettleDraws = {history.SettleDraws},");
        return text.Append('}').ToString();
    }

    private static string Device(DeviceSetup device)
    {
        List<string> set = [];
        if (device.SkewSeconds != 0)
            set.Add(string.Create(CultureInfo.InvariantCulture, $"SkewSeconds = {device.SkewSeconds}"));
        if (device.Disk != new MemoryDiskOptions())
            set.Add($"Disk = new MemoryDiskOptions {{ {string.Join(", ", Disk(device.Disk))} }}");
        return $"new({Text(device.Name)})" + (set.Count == 0 ? "" : $" {{ {string.Join(", ", set)} }}");
    }

    /// <summary>The options that differ from the default.</summary>
    private static IEnumerable<string> Disk(MemoryDiskOptions disk)
    {
        var usual = new MemoryDiskOptions();
        foreach (var option in typeof(MemoryDiskOptions).GetProperties().Where(p => p.CanWrite))
        {
            var value = option.GetValue(disk);
            if (!Equals(value, option.GetValue(usual)))
                yield return $"{option.Name} = {(value is bool yes ? (yes ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture))}";
        }
    }

    private static string Text(Operation operation)
    {
        var (parameters, isNoticed) = operation switch
        {
            Operation.Nothing => ("", false),
            Operation.Partition o => ($"{Text(o.A)}, {Text(o.B)}", false),
            Operation.Heal o => ($"{Text(o.A)}, {Text(o.B)}", false),
            Operation.Crash o => ($"{Text(o.Device)}, {o.Losses}", false),
            Operation.Notice o => ($"{Text(o.Device)}, {Text(o.Reported)}", false),
            Operation.Rename o => ($"{Text(o.Device)}, {Text(o.Name)}, {Text(o.To)}", o.IsNoticed),
            Operation.Chmod o => ($"{Text(o.Device)}, {Text(o.Name)}, 0x{o.Permissions:X}", o.IsNoticed),
            Operation.Symlink o => ($"{Text(o.Device)}, {Text(o.Name)}, {Text(o.Target)}", o.IsNoticed),
            Operation.Write o => ($"{Text(o.Device)}, {Text(o.Name)}, {o.Number}, {o.Length}", o.IsNoticed),
            Operation.WritePatterns o => ($"{Text(o.Device)}, {o.Number}, {Text(o.Lines)}", o.IsNoticed),
            Operation.Ignore o => ($"{Text(o.Device)}, {Text(o.Lines)}", o.IsNoticed),
            Operation.Flood o => ($"{Text(o.Device)}, {o.Number}, FloodKind.{o.Kind}", o.IsNoticed),
            Operation.SetClock o => ($"{Text(o.Device)}, {o.Ticks}", false),
            Operation.SetRole o => ($"{Text(o.Device)}, Core.Model.FolderType.{o.Role}", false),
            Operation.Decide o => ($"{Text(o.Device)}, {(o.Accepts ? "true" : "false")}", false),
            Operation.Mount o => ($"{Text(o.Device)}, {Text(o.Directory)}", false),
            Operation.Unmount o => ($"{Text(o.Device)}, {Text(o.Directory)}", false),
            Operation.Edit o => ($"{Text(o.Device)}, {Text(o.Name)}", o.IsNoticed),
            Operation.OfDevice o => (Text(o.Device), false),
            _ => throw new NotSupportedException(operation.GetType().Name),
        };
        return $"new Operation.{operation.GetType().Name}({parameters})" + (isNoticed ? " { IsNoticed = true }" : "");
    }

    private static string Text(Pause pause) => pause switch
    {
        Pause.Callbacks { Count: 0 } => "Pause.None",
        Pause.Callbacks callbacks => $"new Pause.Callbacks({callbacks.Count})",
        Pause.Time time => $"new Pause.Time({time.Milliseconds})",
        _ => throw new NotSupportedException(pause.GetType().Name),
    };

    private static string Text(IReadOnlyList<string> texts) => $"[{string.Join(", ", texts.Select(Text))}]";

    /// <summary>Letters that look alike in NFC and NFD are told apart by their numbers.</summary>
    private static string Text(string text) =>
        $"\"{string.Concat(text.Select(c => c is '"' or '\\' ? $"\\{c}" : char.IsAscii(c) ? $"{c}" : $"\\u{(int)c:x4}"))}\"";

    private static string Comment(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Indented(string expression) => expression.Replace("\n", "\n    ", StringComparison.Ordinal);

    private static void Line(StringBuilder text, int depth, string line) => text.Append(' ', 4 * depth).Append(line).Append('\n');
}
