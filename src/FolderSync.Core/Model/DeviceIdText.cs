namespace FolderSync.Core.Model;

/// <summary>A device ID's text: base32 in four groups of 13 with a check digit each, shown in dashes of seven.</summary>
public static class DeviceIdText
{
    public static string Format(DeviceId id) => throw new NotSupportedException(id.Short.Value.ToString());

    public static string FormatShort(ShortId id) => throw new NotSupportedException(id.Value.ToString());
}
