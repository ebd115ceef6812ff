using FolderSync.Protocol.Wire;

namespace FolderSync.Protocol.Messages;

/// <summary>The fields of a Response besides its data.</summary>
internal struct ResponseFields
{
    public int Id;
    public ErrorCode Code;
}

/// <summary>Encodes and decodes responses. Fields and data are separate, so that the data needn't be copied.</summary>
internal static class ResponseCodec
{
    /// <summary>The bytes of a body that are searched for the prefix: id and code, then the data's tag and length.</summary>
    public const int MaxPrefix = 48;

    /// <summary>The maximum number of bytes after the data; only a code is known to occur there.</summary>
    public const int MaxTail = 4096;

    /// <summary>A tag and a number of 10 bytes each: with this many bytes, reading both can't run out.</summary>
    private const int MaxVarints = 20;

    /// <summary>
    /// Reads the fields before the data. False when the data doesn't start within <paramref name="start"/> or doesn't fit the body.
    /// </summary>
    /// <param name="start">The first bytes of the body, or all.</param>
    /// <param name="bodyLength">Bytes of the whole body.</param>
    /// <param name="prefix">Bytes before the data.</param>
    /// <param name="data">Bytes of the data.</param>
    public static bool TryReadPrefix(ReadOnlySpan<byte> start, int bodyLength, ref ResponseFields fields, out int prefix, out int data)
    {
        prefix = data = 0;
        var reader = new ProtoReader(start);
        while (start.Length - reader.Position >= MaxVarints)
        {
            var tag = reader.ReadTag();
            var value = reader.ReadVarint();
            prefix = reader.Position;
            switch (tag)
            {
                case Tags.Response.Id: fields.Id = (int)value; break;
                case Tags.Response.Code: fields.Code = CodeOf(value); break;
                case Tags.Response.Data:
                    data = (int)Math.Min(value, int.MaxValue);
                    return data <= bodyLength - prefix;
                default: return false;
            }
        }
        return false;
    }

    /// <summary>Reads the fields after the data.</summary>
    public static void ReadTail(ReadOnlySpan<byte> tail, ref ResponseFields fields)
    {
        if (!Read(tail, ref fields).IsEmpty)
            throw BepException.Violation("The other device sent a response with data twice.");
    }

    /// <summary>Reads a response with fields in any order; copies the data.</summary>
    public static BepMessage.Response ReadWhole(ReadOnlySpan<byte> body)
    {
        var fields = default(ResponseFields);
        var data = Read(body, ref fields);
        var copy = PooledBytes.Rent(data.Length);
        data.CopyTo(copy.Span);
        return new BepMessage.Response(fields.Id, copy, fields.Code);
    }

    /// <summary>The number of bytes before the data.</summary>
    public static int PrefixSize(BepMessage.Response m) =>
        ProtoSize.Number(Tags.Response.Id, m.Id) +
        ProtoSize.Number(Tags.Response.Code, (long)m.Code) +
        ProtoSize.Bytes(Tags.Response.Data, m.Data.Length) - m.Data.Length;

    /// <summary>Writes the data last, whatever the field numbers, so that it can be sent from its own buffer.</summary>
    public static void WritePrefix(Span<byte> body, BepMessage.Response m)
    {
        var writer = new ProtoWriter(body);
        writer.Number(Tags.Response.Id, m.Id);
        writer.Number(Tags.Response.Code, (long)m.Code);
        if (m.Data.Length > 0)
            writer.Length(Tags.Response.Data, m.Data.Length);
    }

    /// <summary>Returns the data's span, empty if there is none.</summary>
    private static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> body, ref ResponseFields fields)
    {
        ReadOnlySpan<byte> data = default;
        var reader = new ProtoReader(body);
        while (!reader.AtEnd)
        {
            var tag = reader.ReadTag();
            switch (tag)
            {
                case Tags.Response.Id: fields.Id = reader.ReadInt32(); break;
                case Tags.Response.Data: data = reader.ReadBytes(); break;
                case Tags.Response.Code: fields.Code = CodeOf(reader.ReadVarint()); break;
                default: reader.Skip(tag); break;
            }
        }
        return data;
    }

    private static ErrorCode CodeOf(ulong value) => value <= (ulong)ErrorCode.InvalidFile ? (ErrorCode)value : ErrorCode.Generic;
}
