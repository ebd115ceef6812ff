using System.Buffers.Binary;
using FolderSync.Tray.DBus;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Model;

namespace FolderSync.Tray.Linux;

/// <summary>Notifications over org.freedesktop.Notifications.</summary>
internal sealed class Notifier(BusConnection bus, IconSet icons, Action<TrayAction> clicked, TrayLog log)
{
    public const string Service = "org.freedesktop.Notifications";
    private const string ObjectPath = "/org/freedesktop/Notifications";
    private const string DefaultAction = "default";
    private const int PictureSize = 48;

    private readonly Lock _lock = new();
    private readonly Dictionary<uint, Notice> _shown = [];

    /// <summary>What is shown is over when its service ends.</summary>
    public void ServiceChanged()
    {
        lock (_lock)
            _shown.Clear();
    }

    public void Take(DBusMessage signal)
    {
        if (signal.Interface != Service || signal.Body is not [uint id, ..])
            return;
        Notice? notice;
        lock (_lock)
        {
            if (!_shown.TryGetValue(id, out notice))
                return;
            if (signal.Member == "NotificationClosed")
                _shown.Remove(id);
        }
        if (signal.Member == "ActionInvoked")
            clicked(notice.OnClick);
    }

    public async Task ShowAsync(Notice notice, CancellationToken cancellation)
    {
        try
        {
            var capabilities = ((object[])(await bus.CallAsync(Service, ObjectPath, Service, "GetCapabilities", "", [], cancellation)).Body[0]).Cast<string>().ToHashSet();
            uint replaced;
            lock (_lock)
                replaced = _shown.FirstOrDefault(s => s.Value.Key == notice.Key).Key;
            var text = capabilities.Contains("body-markup") ? Markup.Escape(notice.Text) : notice.Text;
            var answer = await bus.CallAsync(Service, ObjectPath, Service, "Notify", "susssasa{sv}i",
                ["FolderSync", replaced, "", notice.Title, text, Actions(capabilities), Hints(notice.Kind), -1], cancellation);
            if (answer.Body is [uint id])
            {
                lock (_lock)
                    _shown[id] = notice;
            }
        }
        catch (Exception e) when (e is DBusException or DBusErrorReply or InvalidCastException or ArgumentOutOfRangeException)
        {
            log.Say($"A notification can't be shown ({e.Message}): {notice.Title}.");
        }
        catch (OperationCanceledException)
        {
        }
    }

    private static object[] Actions(HashSet<string> capabilities) => capabilities.Contains("actions") ? [DefaultAction, "Open"] : [];

    private object[] Hints(NoticeKind kind) =>
    [
        new object[] { "desktop-entry", Variant.Of("foldersync") },
        new object[] { "urgency", new Variant("y", kind == NoticeKind.Error ? (byte)2 : (byte)1) },
        new object[] { "image-data", new Variant("(iiibiiay)", Picture(kind)) },
    ];

    /// <summary>Width, height, bytes a row, has alpha, bits a sample, samples, R G B A.</summary>
    private object[] Picture(NoticeKind kind)
    {
        var image = icons.Image(kind == NoticeKind.Error ? IconState.Error : IconState.Attention, 0, PictureSize);
        var rgba = new byte[image.Argb.Length];
        for (var i = 0; i < rgba.Length; i += 4)
            BinaryPrimitives.WriteUInt32BigEndian(rgba.AsSpan(i), uint.RotateLeft(BinaryPrimitives.ReadUInt32BigEndian(image.Argb.AsSpan(i)), 8));
        return [image.Size, image.Size, 4 * image.Size, true, 8, 4, rgba];
    }
}
