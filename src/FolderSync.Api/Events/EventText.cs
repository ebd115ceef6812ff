using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;
using FolderSync.Engine.Events;

namespace FolderSync.Api.Events;

/// <summary>An event's JSON: written once, by the first reader, and shared by the readers of all filters.</summary>
/// <param name="globalId">Ascends from 1 over all types.</param>
internal sealed class EventText(long globalId, LoggedEvent logged, ApiEvent shown)
{
    private static readonly EventJson Json = new(new JsonSerializerOptions(EventJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions MaskedOptions = new() { Encoder = WriterOptions.Encoder };

    private byte[]? _text;
    private byte[]? _masked;

    public string Type => shown.Type;

    /// <summary>Roughly the bytes that it keeps in memory: the event and its text.</summary>
    public int Weight { get; } = 600 + (3 * TextOf(logged.Event)) + (logged.Event is ServiceEvent.ConfigSaved saved ? saved.Json.Length : 0);

    /// <summary>The JSON object after its id: <c>"globalID":1,"time":...}</c>.</summary>
    public ReadOnlyMemory<byte> Text => Volatile.Read(ref _text) ?? Write(ref _text, masked: false);

    /// <summary>The same without the secrets that a configuration has.</summary>
    public ReadOnlyMemory<byte> MaskedText => logged.Event is not ServiceEvent.ConfigSaved ? Text : Volatile.Read(ref _masked) ?? Write(ref _masked, masked: true);

    private byte[] Write(ref byte[]? kept, bool masked)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteNumber("globalID", globalId);
            json.WriteString("time", RestJson.Time(logged.Time));
            json.WriteString("type", shown.Type);
            json.WritePropertyName("data");
            Write(json, SyncthingEvents.DataOf(logged.Event, shown), masked);
            json.WriteEndObject();
        }
        var text = buffer.WrittenSpan[1..].ToArray();
        Volatile.Write(ref kept, text);
        return text;
    }

    private static void Write(Utf8JsonWriter json, EventData data, bool masked)
    {
        switch (data)
        {
            case EventData.RawJson whole:
                json.WriteRawValue(masked ? SecretMask.Of(whole.Json, MaskedOptions) : whole.Json, skipInputValidation: true);
                break;
            case EventData.FolderCompletion completion:
                JsonSerializer.Serialize(json, completion.Completion, Json.Completion);
                break;
            case EventData.DownloadProgress progress:
                JsonSerializer.Serialize(json, progress.Folders, Json.IReadOnlyDictionaryStringIReadOnlyDictionaryStringFileProgressData);
                break;
            default:
                JsonSerializer.Serialize(json, data, Json.GetTypeInfo(data.GetType())!);
                break;
        }
    }

    /// <summary>The number of characters in texts that can be long.</summary>
    private static int TextOf(EngineEvent happened) => happened switch
    {
        EngineEvent.LocalIndexUpdated e => e.Names.Sum(n => 20 + n.Value.Length),
        EngineEvent.LocalChangeDetected e => e.Name.Value.Length,
        EngineEvent.RemoteChangeApplied e => e.Name.Value.Length,
        EngineEvent.ItemStarted e => e.Name.Value.Length,
        EngineEvent.ItemFinished e => e.Name.Value.Length + (e.Error?.Length ?? 0),
        EngineEvent.PullProblemsChanged e => e.Problems.Sum(p => 40 + p.Name.Value.Length + p.Reason.Length),
        EngineEvent.ConflictCopyMade e => e.Name.Value.Length + e.Copy.Value.Length,
        EngineEvent.FolderWarned e => e.Message.Length,
        EngineEvent.IdentityShared e => e.Message.Length,
        EngineEvent.RemoteProgressReceived e => e.Blocks.Sum(b => 30 + b.Key.Value.Length),
        EngineEvent.FoldersOffered e => e.Offers.Sum(o => 200 + o.Folder.Value.Length + o.Label.Length),
        EngineEvent.DeviceDiscovered e => e.Addresses.Sum(a => 10 + a.Length),
        ServiceEvent.PendingDevicesRemoved e => 100 * e.Devices.Count,
        ServiceEvent.PendingFoldersRemoved e => e.Offers.Sum(o => 120 + o.Folder.Value.Length),
        ServiceEvent.ConfigSaved e => e.Json.Length,
        ServiceEvent.DownloadProgress e => e.Folders.Sum(f => f.Transfers.Sum(t => 250 + t.Name.Value.Length)),
        ServiceEvent.FolderSummary e => 1100 + (2 * e.Status.Error.Length) + e.Status.WatchError.Length + (80 * e.Status.RemoteSequence.Count),
        ServiceEvent.FolderCompletion => 300,
        _ => 100,
    };
}
