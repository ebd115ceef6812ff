using FolderSync.Contracts;
using FolderSync.Core.Text;

namespace FolderSync.CommandLine.Status;

/// <summary>What needs the user's attention, each as a sentence with the command that handles it.</summary>
internal static class ActionItems
{
    private const int MaxItems = 5;

    public static IReadOnlyList<string> Of(
        IReadOnlyList<FolderLine> folders, IReadOnlyDictionary<string, PendingDevice> devices, IReadOnlyDictionary<string, PendingFolder> offers,
        IReadOnlyList<ProblemItem> problems, IReadOnlyList<DeviceLine> paired)
    {
        var all = new List<string>();
        foreach (var folder in folders)
        {
            if (folder.Error.Length > 0)
                all.Add($"{folder.Id}: {folder.Error}");
            if (folder.HeldDeletions > 0)
                all.Add($"{folder.Id}: {HumanReadable.Count(folder.HeldDeletions, "held change needs", "held changes need")} your decision. `foldersync open` shows them.");
            if (folder.Errors > 0)
                all.Add($"{folder.Id}: {HumanReadable.Count(folder.Errors, "item")} can't be synced. `foldersync need {folder.Id}` says why.");
            if (folder.Conflicts > 0)
                all.Add($"{folder.Id}: {HumanReadable.Count(folder.Conflicts, "conflict copy", "conflict copies")}. `foldersync conflicts {folder.Id}` lists them.");
        }
        foreach (var (id, device) in devices.OrderBy(d => d.Key, StringComparer.Ordinal).Take(MaxItems))
            all.Add($"{(device.Name.Length > 0 ? device.Name : "A device")} asks to be paired: foldersync pair {id}");
        foreach (var (id, offer) in offers.OrderBy(o => o.Key, StringComparer.Ordinal).Take(MaxItems))
        {
            var (from, first) = offer.OfferedBy.OrderBy(o => o.Key, StringComparer.Ordinal).FirstOrDefault();
            var name = paired.FirstOrDefault(d => d.Id == from)?.Name is { Length: > 0 } named ? named : from;
            var label = first?.Label is { Length: > 0 } text && text != id ? $"'{text}'" : $"'{id}'";
            all.Add($"{name} offers the folder {label}: foldersync share PATH --with {Quote(name)} --id {Quote(id)}");
        }
        if (problems.Count(p => !p.Acknowledged) is > 0 and var open)
            all.Add($"{HumanReadable.Count(open, "problem")} not acknowledged yet. `foldersync problems` lists them.");
        return all;
    }

    private static string Quote(string text) => text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.') ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
