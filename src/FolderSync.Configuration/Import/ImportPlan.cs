using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Core.Model;
using FolderSync.Network;

namespace FolderSync.Configuration.Import;

/// <summary>Something in a Syncthing that is imported in another form, or not at all.</summary>
/// <param name="What">Its name there: "folder 'photos', versioning staggered".</param>
/// <param name="Why">A sentence about how it is imported.</param>
public sealed record ImportNote(string What, string Why)
{
    public override string ToString() => $"{What}: {Why}";
}

/// <summary>Everything that an import will do. Making the plan changes nothing.</summary>
/// <param name="FormatVersion">Of config.xml.</param>
/// <param name="Markers">Folders whose marker has another name: they also get FolderSync's.</param>
public sealed record ImportPlan(SyncthingHome From, DeviceIdentity Identity, int FormatVersion, ServiceConfig Configuration, IReadOnlyList<ImportNote> Notes, IReadOnlyList<string> Markers)
{
    public DeviceId Device => Identity.DeviceId;

    /// <summary>The plan as lines for the user.</summary>
    public IEnumerable<string> Lines(HomeDirectory to)
    {
        var (engine, page) = (Configuration.Engine, Configuration.Page);
        yield return $"From the Syncthing in '{From}' (format {FormatVersion}) into '{to}':";
        yield return $"  identity   {Identity.DeviceId} ({Identity.KeyKind}); the other devices see the same device as before";
        yield return $"  name       {engine.Name}";
        yield return $"  page       {(page.Enabled ? page.Address : "off")}{(page.Tls ? ", https" : "")}{(page.ApiKey.Length > 0 ? ", the same API key" : "")}{(page.PasswordHash.Length > 0 ? ", the same password" : "")}";
        yield return $"  listen     {string.Join(", ", engine.ListenAddresses)}";
        yield return $"  devices    {engine.Devices.Length}";
        foreach (var device in engine.Devices)
            yield return $"    {(device.Name.Length > 0 ? device.Name : device.Id.ToString())}, {string.Join(", ", device.Addresses)}{(device.Paused ? ", paused" : "")}";
        yield return $"  folders    {engine.Folders.Length}";
        foreach (var folder in engine.Folders)
        {
            var with = folder.Devices.Select(d => engine.Device(d) is { Name.Length: > 0 } named ? named.Name : d.ToString());
            yield return $"    {folder.DisplayName} ({folder.Id}), '{folder.Path}', {EnumNames.FolderType.First(w => w.Value == folder.Type).Word}" +
                $"{(folder.Devices.IsEmpty ? "" : $", with {string.Join(", ", with)}")}{(folder.Paused ? ", paused" : "")}";
        }
        yield return "  Files, .stignore and .stversions stay where they are and are not touched. Everything is scanned again: files that other devices deleted";
        yield return "  since that Syncthing last ran are restored.";
        if (Notes.Count == 0)
            yield break;
        yield return "Imported in another form, or not at all:";
        foreach (var note in Notes)
            yield return "  " + note;
    }
}
