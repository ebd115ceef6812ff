namespace FolderSync.Tray.DBus;

/// <summary>The bus can't be reached or broke the protocol; the message is a sentence.</summary>
internal sealed class DBusException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A call was answered with an error.</summary>
internal sealed class DBusErrorReply(string name, string message) : Exception($"{name}: {message}")
{
    public string Name { get; } = name;
}
