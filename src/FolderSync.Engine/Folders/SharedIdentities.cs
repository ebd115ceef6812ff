using System.Text.Json.Serialization;
using FolderSync.Core.Model;
using FolderSync.Engine.Events;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;
using Microsoft.Extensions.Logging;

namespace FolderSync.Engine.Folders;

/// <summary>
/// Device IDs that more than one computer uses (a copied home, or a Syncthing that was imported and still runs), as far as that has shown; kept over
/// restarts. Thread-safe.
/// </summary>
internal sealed partial class SharedIdentities(EngineParts parts, EventLog events)
{
    /// <summary>What to do about it.</summary>
    public const string Remedy =
        "Each computer needs an identity of its own: on the one that is a copy, stop the service, move cert.pem and key.pem out of its home, run 'foldersync init' there, and pair it anew. " +
        "If the other one is the Syncthing that was imported here, stop that Syncthing and don't start it again.";

    /// <summary>What showed longer ago may be mended.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>The same is reported again after this long: it has not been mended.</summary>
    private static readonly TimeSpan ReportInterval = TimeSpan.FromHours(24);

    private readonly StoredDocument<Dictionary<string, long>> _document = new(parts, "shared-identities", SeenJson.Default.DictionaryStringInt64);
    private readonly Lock _lock = new();
    private readonly ILogger _log = parts.Loggers.CreateLogger<SharedIdentities>();
    private readonly Dictionary<(DeviceId, FolderId?), long> _reported = [];

    /// <summary>Device → when it last showed, in Unix seconds.</summary>
    private SortedDictionary<DeviceId, long>? _seen;

    private long Now => parts.Time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>True when it showed lately that another computer uses the ID.</summary>
    public bool IsShared(DeviceId device)
    {
        lock (_lock)
            return Seen().TryGetValue(device, out var seen) && Now - seen < Lifetime.TotalSeconds;
    }

    /// <summary>Records that it has shown, and reports it, but not again and again.</summary>
    /// <param name="folder">Where it has shown; null: by the connections.</param>
    /// <param name="message">How it has shown; <see cref="Remedy"/> is added.</param>
    /// <param name="isCertain">False: this computer may also have been restored from a backup, and then nothing counts as shared.</param>
    public void Report(DeviceId device, FolderId? folder, string message, bool isCertain = true)
    {
        lock (_lock)
        {
            if (isCertain)
                Note(device);
            if (_reported.TryGetValue((device, folder), out var before) && parts.Time.GetElapsedTime(before) < ReportInterval)
                return;
            _reported[(device, folder)] = parts.Time.GetTimestamp();
        }
        message = $"{message} {Remedy}";
        Log.IdentityShared(_log, message);
        events.Publish(() => new EngineEvent.IdentityShared(device, folder, message));
    }

    /// <summary>
    /// The folder's index is open: since when it exists, in Unix seconds. An edit of this device from then on is in it, or was made elsewhere.
    /// </summary>
    /// <param name="isNew">Nothing was ever recorded in it.</param>
    public long IndexSince(FolderId folder, bool isNew)
    {
        var document = $"index-since/{folder.Value}";
        if (!isNew && parts.State.GetDocument(document) is { } text && long.TryParse(text, out var since))
            return since;
        // Of an index from before this was recorded nothing is known.
        Store(document, Now.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Now;
    }

    private void Note(DeviceId device)
    {
        var seen = Seen();
        // Not each time: it may show with every message.
        if (seen.TryGetValue(device, out var before) && Now - before < TimeSpan.FromHours(1).TotalSeconds)
            return;
        seen[device] = Now;
        _document.Write(seen.ToDictionary(s => s.Key.ToString(), s => s.Value));
    }

    private SortedDictionary<DeviceId, long> Seen()
    {
        if (_seen is not null)
            return _seen;
        var seen = new SortedDictionary<DeviceId, long>();
        foreach (var (id, time) in _document.Read() ?? [])
        {
            if (DeviceIdText.TryParse(id, out var device, out _))
                seen[device] = time;
        }
        return _seen = seen;
    }

    private void Store(string document, string json)
    {
        try
        {
            parts.State.PutDocument(document, json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only home: known while the service runs, and BestEffortState says what isn't kept.
        }
    }

    [JsonSerializable(typeof(Dictionary<string, long>))]
    private sealed partial class SeenJson : JsonSerializerContext;
}
