using System.Buffers.Binary;

namespace FolderSync.Tray.DBus;

/// <summary>
/// Messages on the wire:
/// <code>
/// 0        1     2      3        4            8       12              16
/// endian   kind  flags  version  body length  serial  fields' length  fields a(yv) … padding to 8 … body
/// </code>
/// </summary>
internal static class MessageCodec
{
    public const int FixedSize = 16;
    private const int MaxMessage = 16 * 1024 * 1024;
    private const byte LittleEndian = (byte)'l';
    private const byte BigEndian = (byte)'B';
    private const byte NoReplyExpected = 1;

    private enum Field : byte
    {
        Path = 1,
        Interface = 2,
        Member = 3,
        ErrorName = 4,
        ReplySerial = 5,
        Destination = 6,
        Sender = 7,
        Signature = 8,
    }

    /// <summary>The whole message's length, from its first <see cref="FixedSize"/> bytes.</summary>
    /// <exception cref="DBusException">They are not a message's, or it is too long.</exception>
    public static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start[0] is not (LittleEndian or BigEndian) || start[3] != 1)
            throw new DBusException("What came is not a D-Bus message.");
        var big = start[0] == BigEndian;
        var (body, fields) = (UInt32(start[4..], big), UInt32(start[12..], big));
        if (body > MaxMessage || fields > MaxMessage)
            throw new DBusException("A message is too long.");
        return FixedSize + (((int)fields + 7) & ~7) + (int)body;
    }

    /// <param name="data">Exactly one message.</param>
    /// <exception cref="DBusException">It is malformed.</exception>
    public static DBusMessage Decode(ReadOnlySpan<byte> data)
    {
        if (data.Length < FixedSize || LengthOf(data) != data.Length)
            throw new DBusException("A message has another length than it says.");
        var big = data[0] == BigEndian;
        var reader = new BodyReader(data, big);
        _ = reader.Read("(yyyyuu)");
        var message = new DBusMessage((MessageKind)data[1], UInt32(data[8..], big)) { NoReply = (data[2] & NoReplyExpected) != 0 };
        foreach (var field in (object[])reader.Read("a(yv)"))
        {
            var (code, value) = ((byte)((object[])field)[0], ((Variant)((object[])field)[1]).Value);
            message = (Field)code switch
            {
                Field.Path => message with { Path = Is<ObjectPath>(value).Value },
                Field.Interface => message with { Interface = Is<string>(value) },
                Field.Member => message with { Member = Is<string>(value) },
                Field.ErrorName => message with { ErrorName = Is<string>(value) },
                Field.ReplySerial => message with { ReplySerial = Is<uint>(value) },
                Field.Destination => message with { Destination = Is<string>(value) },
                Field.Sender => message with { Sender = Is<string>(value) },
                Field.Signature => message with { Signature = Is<TypeSignature>(value).Value },
                _ => message,
            };
        }
        reader.Align(8);
        var body = new List<object>();
        var bodyReader = new BodyReader(data[reader.Position..], big);
        foreach (var type in Signatures.Split(message.Signature))
            body.Add(bodyReader.Read(type));
        return message with { Body = body };
    }

    public static byte[] Encode(DBusMessage message)
    {
        var body = new BodyWriter();
        foreach (var (type, value) in Signatures.Split(message.Signature).Zip(message.Body))
            body.Write(type, value);
        var whole = new BodyWriter();
        whole.Write("y", LittleEndian);
        whole.Write("y", (byte)message.Kind);
        whole.Write("y", message.NoReply ? NoReplyExpected : (byte)0);
        whole.Write("y", (byte)1);
        whole.Write("u", (uint)body.Written.Length);
        whole.Write("u", message.Serial);
        whole.Write("a(yv)", Fields(message).ToArray());
        whole.Align(8);
        return [.. whole.Written.Span, .. body.Written.Span];
    }

    private static IEnumerable<object> Fields(DBusMessage m)
    {
        static object Of(Field field, string type, object value) => new object[] { (byte)field, new Variant(type, value) };
        if (m.Path is not null)
            yield return Of(Field.Path, "o", new ObjectPath(m.Path));
        if (m.Interface is not null)
            yield return Of(Field.Interface, "s", m.Interface);
        if (m.Member is not null)
            yield return Of(Field.Member, "s", m.Member);
        if (m.ErrorName is not null)
            yield return Of(Field.ErrorName, "s", m.ErrorName);
        if (m.ReplySerial is { } serial)
            yield return Of(Field.ReplySerial, "u", serial);
        if (m.Destination is not null)
            yield return Of(Field.Destination, "s", m.Destination);
        if (m.Signature.Length > 0)
            yield return Of(Field.Signature, "g", new TypeSignature(m.Signature));
    }

    private static T Is<T>(object value) => value is T t ? t : throw new DBusException("A header field has a wrong type.");

    private static uint UInt32(ReadOnlySpan<byte> data, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(data) : BinaryPrimitives.ReadUInt32LittleEndian(data);
}
