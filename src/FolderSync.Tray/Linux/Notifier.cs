using System.Buffers.Binary;
using System.Text;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Logging;
using FolderSync.Tray.Model;
using Tmds.DBus.Protocol;

namespace FolderSync.Tray.Linux;

/// <summary>Shows notifications through org.freedesktop.Notifications.</summary>
internal sealed class Notifier(SessionBus bus, IconSet icons, Action<TrayAction> clicked, TrayLog log)
{
    public const string Service = "org.freedesktop.Notifications";
    private const string ObjectPath = "/org/freedesktop/Notifications";
    private const string DefaultAction = "default";
    private const int PictureSize = 48;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, Notice> _shown = [];

    public Task SubscribeAsync(CancellationToken cancellation) => bus.SubscribeAsync(
        new MatchRule { Type = MessageType.Signal, Interface = Service },
        static (m, _) => m.SignatureAsString is ['u', ..] ? (Member: m.MemberAsString, Id: m.GetBodyReader().ReadUInt32()) : (null, 0),
        signal => Take(signal.Member, signal.Id),
        cancellation);

    /// <summary>Notifications vanish when their service ends.</summary>
    public void ServiceChanged()
    {
        lock (_lock)
            _shown.Clear();
    }

    public async Task ShowAsync(Notice notice, CancellationToken cancellation)
    {
        try
        {
            var capabilities = await bus.CallAsync(Service, Method("GetCapabilities"), null, static (m, _) => Answer(m, "as").ReadArrayOfString(), cancellation);
            uint replaced;
            lock (_lock)
                replaced = _shown.FirstOrDefault(s => s.Value.Key == notice.Key).Key;
            var id = await bus.CallAsync(Service, Method("Notify", "susssasa{sv}i"), (ref writer) => Write(ref writer, notice, replaced, capabilities),
                static (m, _) => Answer(m, "u").ReadUInt32(), cancellation);
            lock (_lock)
                _shown[id] = notice;
        }
        catch (BusException e)
        {
            log.Write($"A notification can't be shown ({e.Message}): {notice.Title}.");
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static BusMember Method(string name, string? signature = null) => new(ObjectPath, Service, name, signature);

    /// <exception cref="DBusReadException">The reply has another signature.</exception>
    private static Reader Answer(Message message, string signature) => message.SignatureAsString == signature
        ? message.GetBodyReader()
        : throw new DBusReadException($"the answer has the types \"{message.SignatureAsString}\" instead of \"{signature}\"");

    private void Take(string? member, uint id)
    {
        Notice? notice;
        lock (_lock)
        {
            if (!_shown.TryGetValue(id, out notice))
                return;
            if (member == "NotificationClosed")
                _shown.Remove(id);
        }

        if (member == "ActionInvoked")
            clicked(notice.OnClick);
    }

    private void Write(ref MessageWriter writer, Notice notice, uint replaced, string[] capabilities)
    {
        var text = capabilities.Contains("body-markup") ? Markup.Escape(notice.Text) : notice.Text;
        writer.WriteString("FolderSync");
        writer.WriteUInt32(replaced);
        writer.WriteString("");
        writer.WriteString(BusText.Escape(notice.Title));
        writer.WriteString(Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD')));
        writer.WriteArray(capabilities.Contains("actions") ? (string[])[DefaultAction, "Open"] : []);
        writer.WriteDictionary(
        [
            new KeyValuePair<string, VariantValue>("desktop-entry", "foldersync"),
            new KeyValuePair<string, VariantValue>("urgency", notice.Kind == NoticeKind.Error ? (byte)2 : (byte)1),
            new KeyValuePair<string, VariantValue>("image-data", Picture(notice.Kind)),
        ]);
        writer.WriteInt32(-1);
    }

    /// <summary>Width, height, bytes per row, has alpha, bits per sample, samples, R G B A.</summary>
    private Struct<int, int, int, bool, int, int, Array<byte>> Picture(NoticeKind kind)
    {
        var image = icons.Image(kind == NoticeKind.Error ? IconState.Error : IconState.Attention, 0, PictureSize);
        var rgba = new byte[image.Argb.Length];
        for (var i = 0; i < rgba.Length; i += 4)
            BinaryPrimitives.WriteUInt32BigEndian(rgba.AsSpan(i), uint.RotateLeft(BinaryPrimitives.ReadUInt32BigEndian(image.Argb.AsSpan(i)), 8));
        return Struct.Create(image.Size, image.Size, 4 * image.Size, true, 8, 4, new Array<byte>(rgba));
    }
}
