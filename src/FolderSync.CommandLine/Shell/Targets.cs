using FolderSync.Configuration.Schema;
using FolderSync.Contracts;
using FolderSync.Core.Model;

namespace FolderSync.CommandLine.Shell;

/// <summary>Resolves folders and devices from the command line: IDs, or unique names.</summary>
internal static class Targets
{
    public static ConfiguredFolder Folder(string word, IReadOnlyList<ConfiguredFolder> folders)
    {
        if (folders.FirstOrDefault(f => f.Id == word) is { } exact)
            return exact;
        var named = word.Length > 0 ? folders.Where(f => f.Label == word || IsAt(f, word)).ToList() : [];
        if (named.Count == 1)
            return named[0];
        throw CliException.BadInput(named.Count > 1
            ? $"Several folders are labeled '{word}'. Give an ID: {string.Join(", ", named.Select(f => f.Id))}."
            : $"There is no folder '{word}'. " + (folders.Count == 0 ? "None is shared yet: share one with `foldersync share PATH --with DEVICE`."
                : Suggestion.For(word, folders.Select(f => f.Id)) is { } meant ? $"Did you mean '{meant}'?"
                : $"There are: {string.Join(", ", folders.Select(f => f.Id))}."));
    }

    /// <summary>The device's full ID.</summary>
    public static ConfiguredDevice Device(string word, IReadOnlyList<ConfiguredDevice> devices)
    {
        // An empty word (a script's variable that is not set) is not the name of what has none.
        var named = word.Length > 0 ? devices.Where(d => string.Equals(d.Name, word, StringComparison.OrdinalIgnoreCase)).ToList() : [];
        if (named.Count == 1)
            return named[0];
        if (named.Count > 1)
            throw CliException.BadInput($"Several devices are named '{word}'. Give an ID.");
        if (DeviceIdText.TryParse(word, out var id, out var why))
        {
            return devices.FirstOrDefault(d => d.DeviceId == id.ToString()) ??
                throw CliException.BadInput($"The device {id} is not paired with this one. Pair it first: `foldersync pair {id}`.");
        }
        // A word as long as an ID is meant as one: say which group is wrong.
        throw CliException.BadInput(word.Count(char.IsLetterOrDigit) > 40 ? why!
            : $"There is no device '{word}'. " + (Suggestion.For(word, devices.Select(d => d.Name ?? "")) is { Length: > 0 } meant ? $"Did you mean '{meant}'?" : "Pair it first: `foldersync pair ID`."));
    }

    private static bool IsAt(ConfiguredFolder folder, string path) =>
        folder.Path is { Length: > 0 } there && Path.TrimEndingDirectorySeparator(there) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
