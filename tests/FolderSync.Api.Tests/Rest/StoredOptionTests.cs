using System.Text.Json.Nodes;
using FolderSync.Api.Rest;
using FolderSync.Api.Service;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Core.Model;
using FolderSync.Platform;
using FolderSync.Simulator.Stores;
using Xunit;

namespace FolderSync.Api.Tests.Rest;

/// <summary>Options that an earlier version stored without effect.</summary>
public sealed class StoredOptionTests : IDisposable
{
    private static readonly DeviceId Phone = new([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Vault = new([.. Enumerable.Range(51, 32).Select(i => (byte)i)]);
    private static readonly DeviceId Nas = new([.. Enumerable.Range(101, 32).Select(i => (byte)i)]);

    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-stored-").FullName);
    private readonly MemoryStateStore _state = new();

    public void Dispose()
    {
        _state.Dispose();
        Directory.Delete(_home.Path, recursive: true);
    }

    [Fact]
    public async Task A_folder_that_was_to_be_encrypted_goes_out_to_nobody_without_its_password()
    {
        using var store = Store();
        var problems = new ProblemStore(_state, TimeProvider.System);
        _state.PutDocument(StoredOptions.Document, """
            {"folders": {"a": {"id": "a", "label": "A", "devices": [{"deviceID": "<Vault>", "encryptionPassword": "secret-word"}, {"deviceID": "<Phone>", "encryptionPassword": ""}],
              "strange": "kept", "sendXattrs": true}},
             "devices": {"<Nas>": {"untrusted": true, "introducer": true, "remoteGUIPort": 8384}},
             "options": {"insecureAllowOldTLSVersions": true, "setLowPriority": false}, "gui": {"insecureSkipHostcheck": true, "theme": "dark"},
             "defaults": {"device": {"autoAcceptFolders": true}}}
            """.Replace("<Vault>", Vault.ToString(), StringComparison.Ordinal).Replace("<Phone>", Phone.ToString(), StringComparison.Ordinal).Replace("<Nas>", Nas.ToString(), StringComparison.Ordinal));
        var stored = new StoredOptions(_state, store, problems);

        // Before anything was changed, and whatever happens to the file.
        Assert.Equal<DeviceId>([Phone], stored.Guarded(store.Current.Engine).Folder(new FolderId("a"))!.Devices);
        Assert.Equal<DeviceId>([Vault], stored.Guarded(store.Current.Engine).Folder(new FolderId("b"))!.Devices);

        await stored.RemoveUnsupportedAsync(default);
        Assert.Equal<DeviceId>([Phone], store.Current.Engine.Folder(new FolderId("a"))!.Devices);
        Assert.Equal<DeviceId>([Vault], store.Current.Engine.Folder(new FolderId("b"))!.Devices);
        using (var again = ConfigStore.Open(_home))
            Assert.Equal<DeviceId>([Phone], again.Current.Engine.Folder(new FolderId("a"))!.Devices);
        var told = problems.All();
        Assert.Contains(told, p => p is { Severity: "error", Folder: "a" } && p.Device == Vault.ToString() && p.Text.Contains("unencrypted", StringComparison.Ordinal));
        Assert.Contains(told, p => p is { Severity: "error", Folder: "a" } && p.Device == Nas.ToString());
        Assert.Contains(told, p => p is { Severity: "error", Folder: "b" } && p.Device == Nas.ToString());
        foreach (var option in (string[])["encryptionPassword", "sendXattrs", "untrusted", "introducer", "insecureAllowOldTLSVersions", "insecureSkipHostcheck", "autoAcceptFolders"])
            Assert.Contains(told, p => p.Text.Contains($"'{option}'", StringComparison.Ordinal));
        Assert.DoesNotContain(told, p => p.Text.Contains("secret-word", StringComparison.Ordinal));

        var left = stored.Read();
        Assert.Empty(StoredOptions.Scrub(left.DeepClone().AsObject()));
        Assert.Equal("kept", (string)left["folders"]!["a"]!["strange"]!);
        Assert.Equal((8384, false, "dark"), ((int)left["devices"]![Nas.ToString()]!["remoteGUIPort"]!, (bool)left["options"]!["setLowPriority"]!, (string)left["gui"]!["theme"]!));

        // The user shared it again: it stays shared.
        await store.UpdateAsync(c => c.PutFolder(c.Engine.Folder(new FolderId("a"))! with { Devices = [Phone, Vault] }));
        await stored.RemoveUnsupportedAsync(default);
        Assert.Equal<DeviceId>([Phone, Vault], stored.Guarded(store.Current.Engine).Folder(new FolderId("a"))!.Devices);
        Assert.Equal(told.Count, problems.All().Count);
    }

    [Fact]
    public async Task A_file_that_is_wrong_holds_the_share_back_all_the_same()
    {
        using var store = Store();
        _state.PutDocument(StoredOptions.Document, new JsonObject { ["devices"] = new JsonObject { [Vault.ToString()] = new JsonObject { ["untrusted"] = true } } }.ToJsonString());
        var stored = new StoredOptions(_state, store, new ProblemStore(_state, TimeProvider.System));
        File.WriteAllText(_home.ConfigFile, "folders: what\n");
        await Assert.ThrowsAsync<ConfigException>(() => stored.RemoveUnsupportedAsync(default));
        Assert.All(stored.Guarded(store.Current.Engine).Folders, f => Assert.DoesNotContain(Vault, f.Devices));
    }

    private ConfigStore Store()
    {
        DurableFile.Write(_home.ConfigFile, $$"""
            devices: [{id: {{Phone}}, name: phone}, {id: {{Vault}}, name: vault}, {id: {{Nas}}, name: nas}]
            folders:
              - {id: a, path: {{_home.Path}}-a, with: [phone, vault, nas]}
              - {id: b, path: {{_home.Path}}-b, with: [vault, nas]}

            """);
        return ConfigStore.Open(_home);
    }
}
