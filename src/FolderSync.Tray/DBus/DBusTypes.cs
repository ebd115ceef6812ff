namespace FolderSync.Tray.DBus;

/// <summary>A value of D-Bus type 'o'.</summary>
internal readonly record struct ObjectPath(string Value)
{
    public override string ToString() => Value;
}

/// <summary>A value of D-Bus type 'g'.</summary>
internal readonly record struct TypeSignature(string Value);

/// <summary>A value of D-Bus type 'v'. Structs and arrays are object[] (byte[] for 'ay'), dictionary entries are structs of two.</summary>
internal readonly record struct Variant(string Signature, object Value)
{
    public static Variant Of(string text) => new("s", text);

    public static Variant Of(bool flag) => new("b", flag);
}

internal enum MessageKind : byte
{
    Call = 1,
    Return = 2,
    Error = 3,
    Signal = 4,
}

/// <summary>One message with its header's fields; those that it lacks are null.</summary>
internal sealed record DBusMessage(MessageKind Kind, uint Serial = 0)
{
    public string? Path { get; init; }

    public string? Interface { get; init; }

    public string? Member { get; init; }

    public string? ErrorName { get; init; }

    public uint? ReplySerial { get; init; }

    public string? Destination { get; init; }

    public string? Sender { get; init; }

    public bool NoReply { get; init; }

    public string Signature { get; init; } = "";

    public IReadOnlyList<object> Body { get; init; } = [];

    public string Text(int at) => Body.ElementAtOrDefault(at) as string ?? "";
}
