using CsCheck;
using FolderSync.Tray.DBus;
using Xunit;

namespace FolderSync.Tray.Tests;

public class DBusCodecTests
{
    private static readonly DBusMessage Sample = new(MessageKind.Call, 7)
    {
        Path = "/a/b",
        Interface = "org.example.I",
        Member = "Do",
        Destination = ":1.2",
        Signature = "ybnqixtdsogva{sv}a(iiay)(ia{sv}av)",
        Body =
        [
            (byte)1, true, (short)-2, (ushort)3, -4, -5L, 6UL, 7.5, "text ä😀", new ObjectPath("/x"), new TypeSignature("a{sv}"), Variant.Of("inside"),
            new object[] { new object[] { "key", Variant.Of(true) } },
            new object[] { new object[] { 1, 2, new byte[] { 1, 2, 3 } }, new object[] { 3, 4, Array.Empty<byte>() } },
            new object[] { 0, Array.Empty<object>(), new object[] { new Variant("(ia{sv}av)", new object[] { 1, Array.Empty<object>(), Array.Empty<object>() }) } },
        ],
    };

    [Fact]
    public void A_message_comes_back_as_it_was_written()
    {
        var read = MessageCodec.Decode(MessageCodec.Encode(Sample));
        Assert.Equal(Sample with { Body = [] }, read with { Body = [] });
        Assert.Equal(Text(Sample.Body.ToArray()), Text(read.Body.ToArray()));
    }

    /// <summary>The specification's own examples of marshalling.</summary>
    [Fact]
    public void Bytes_are_as_the_specification_says()
    {
        var writer = new BodyWriter();
        writer.Write("ax", new object[] { 5L });
        Assert.Equal(Convert.FromHexString("08000000000000000500000000000000"), writer.Written.ToArray());
        var text = new BodyReader(Convert.FromHexString("00000003666F6F00"), bigEndian: true);
        Assert.Equal("foo", text.Read("s"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("a{sv}a(ias)")]
    [InlineData("(ia{sv}av)")]
    public void Good_signatures_are_split(string signature) => Assert.Equal(signature, string.Concat(Signatures.Split(signature)));

    [Theory]
    [InlineData("a")]
    [InlineData("(")]
    [InlineData("()")]
    [InlineData("(i")]
    [InlineData("a{s}")]
    [InlineData("a{svs}")]
    [InlineData("{sv}")]
    [InlineData("z")]
    [InlineData(")")]
    public void Bad_signatures_are_refused(string signature) => Assert.Throws<DBusException>(() => Signatures.Split(signature));

    [Fact]
    public void A_signature_nested_without_end_is_refused()
    {
        Assert.Throws<DBusException>(() => Signatures.Split(new string('a', 200) + "s"));
        Assert.Throws<DBusException>(() => Signatures.Split(new string('s', 256)));
    }

    [Fact]
    public void A_length_is_not_believed()
    {
        Assert.Throws<DBusException>(() => new BodyReader(Convert.FromHexString("FFFFFFFF00"), false).Read("s"));
        Assert.Throws<DBusException>(() => new BodyReader(Convert.FromHexString("FFFFFFFF00000000"), false).Read("ay"));
        Assert.Throws<DBusException>(() => MessageCodec.LengthOf(Convert.FromHexString("6C010001FFFFFFFF0100000000000000")));
        Assert.Throws<DBusException>(() => MessageCodec.LengthOf("HTTP/1.1 200 OK\r"u8));
    }

    /// <summary>Whatever comes: a message, or a <see cref="DBusException"/>; nothing else, and no memory for what is not there.</summary>
    [Fact]
    public void Damaged_messages_are_read_or_refused()
    {
        var whole = MessageCodec.Encode(Sample);
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte);
        change.Array[1, 8].Sample(changes =>
        {
            var damaged = (byte[])whole.Clone();
            foreach (var (at, value) in changes)
                damaged[at] = value;
            Survives(damaged);
            Survives(damaged[..changes[0].Item1]);
        }, iter: 100_000, threads: 1);
    }

    [Fact]
    public void Random_bytes_are_refused()
    {
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            Survives(bytes);
            if (bytes.Length >= MessageCodec.FixedSize)
            {
                (bytes[0], bytes[3]) = ((byte)'l', 1);
                Survives(bytes);
            }
        }, iter: 100_000, threads: 1);
    }

    private static void Survives(byte[] data)
    {
        try
        {
            _ = MessageCodec.Decode(data);
        }
        catch (DBusException)
        {
        }
    }

    private static string Text(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        object[] list => $"[{string.Join(' ', list.Select(Text))}]",
        Variant v => $"<{v.Signature} {Text(v.Value)}>",
        _ => $"{value.GetType().Name} {value}",
    };
}
