using System.Buffers.Binary;
using System.Globalization;

namespace FolderSync.Core.Model;

/// <summary>A device ID as text: base32 in four parts of 13 with a check character each, shown as eight groups of seven.</summary>
public static class DeviceIdText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Characters of 32 bytes in base32 without padding.</summary>
    private const int DataLength = 52;

    /// <summary>Including the four check characters.</summary>
    private const int CheckedLength = 56;

    private const int PartLength = 13;

    private const int GroupLength = 7;

    /// <summary>Eight groups of seven separated by dashes; "" for the empty ID.</summary>
    public static string Format(DeviceId id)
    {
        if (id.IsEmpty)
            return "";
        Span<char> data = stackalloc char[DataLength];
        Encode(id.ToBytes(), data);
        Span<char> text = stackalloc char[CheckedLength + (CheckedLength / GroupLength) - 1];
        var at = 0;
        for (var i = 0; i < CheckedLength; i++)
        {
            if (i > 0 && i % GroupLength == 0)
                text[at++] = '-';
            var (part, inPart) = Math.DivRem(i, PartLength + 1);
            var start = part * PartLength;
            text[at++] = inPart < PartLength ? data[start + inPart] : CheckCharacter(data.Slice(start, PartLength));
        }
        return new string(text);
    }

    /// <summary>The first seven base32 characters; "" for 0.</summary>
    public static string FormatShort(ShortId id)
    {
        if (id.Value == 0)
            return "";
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id.Value);
        Span<char> text = stackalloc char[GroupLength];
        Encode(bytes, text);
        return new string(text);
    }

    /// <summary>Parses the ID that a user typed; throws <see cref="FormatException"/> with what is wrong and where.</summary>
    public static DeviceId Parse(string text) =>
        TryParse(text, out var id, out var why) ? id : throw new FormatException(why);

    /// <summary>
    /// Accepts 56 characters, or the old 52 without check characters, in any case, with dashes and white space anywhere, and with 0, 1 and 8 for O,
    /// I and B.
    /// </summary>
    /// <param name="why">A sentence for the user that names the wrong groups, counted from 1 and as shown; null if it parsed.</param>
    public static bool TryParse(string text, out DeviceId id, out string? why)
    {
        id = default;
        var typed = Read(text, out why);
        if (why is not null)
            return false;
        why = typed.Length switch
        {
            CheckedLength => ExplainCheckDigit(typed),
            DataLength => null,
            0 => "The device ID is empty.",
            _ => ExplainLength(typed, text),
        };
        if (why is not null)
            return false;
        var bytes = new byte[DeviceId.Length];
        if (!TryDecode(typed.Length == DataLength ? typed : WithoutCheckCharacters(typed), bytes))
        {
            why = "The end of the device ID can't be right: the last group holds bits that no device ID has.";
            return false;
        }
        id = new DeviceId(bytes);
        return true;
    }

    /// <summary>The base32 characters of <paramref name="text"/>, with typing mistakes corrected.</summary>
    private static string Read(string text, out string? why)
    {
        why = null;
        var result = new char[text.Length];
        var n = 0;
        var padding = text.AsSpan().TrimEnd("= \t\r\n").Length;
        for (var i = 0; i < padding; i++)
        {
            var c = text[i];
            if (c is '-' or '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' || char.IsWhiteSpace(c))
                continue;
            c = c switch { '0' => 'O', '1' => 'I', '8' => 'B', >= 'a' and <= 'z' => (char)(c - 'a' + 'A'), _ => c };
            if (ValueOf(c) < 0)
            {
                why = $"'{Show(text, i)}' at position {i + 1} (group {(n / GroupLength) + 1}) can't be in a device ID: only A to Z and 2 to 7 can.";
                return "";
            }
            result[n++] = c;
        }
        return new string(result, 0, n);
    }

    private static string Show(string text, int index)
    {
        if (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
            return text.Substring(index, 2);
        var c = text[index];
        var visible = !char.IsControl(c) && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format;
        return visible ? c.ToString() : string.Create(CultureInfo.InvariantCulture, $"U+{(int)c:X4}");
    }

    /// <summary>A check character covers 13 others, which are two groups as shown: only one of the two is known to be wrong.</summary>
    private static string? ExplainCheckDigit(string typed)
    {
        var wrong = new List<string>();
        for (var part = 0; part < 4; part++)
        {
            var start = part * (PartLength + 1);
            if (CheckCharacter(typed.AsSpan(start, PartLength)) == typed[start + PartLength])
                continue;
            var group = (part * 2) + 1;
            wrong.Add($"group {group} ({typed.Substring(start, GroupLength)}) or group {group + 1} ({typed.Substring(start + GroupLength, GroupLength)})");
        }
        return wrong.Count == 0
            ? null
            : $"The device ID has a typing mistake in {string.Join(", and in ", wrong)}: the check character does not fit.";
    }

    private static string ExplainLength(string typed, string text)
    {
        var message = $"A device ID has {CheckedLength} letters and digits in 8 groups of {GroupLength}; this has {typed.Length}";
        var groups = text.Split(['-', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var odd = Array.FindIndex(groups, g => g.Length != GroupLength);
        if (groups.Length is > 1 and <= 9 && odd >= 0)
            return $"{message}: group {odd + 1} ({groups[odd]}) has {groups[odd].Length}.";
        return groups.Length > 1 && odd < 0 ? $"{message}, {groups.Length} groups." : message + ".";
    }

    private static string WithoutCheckCharacters(string typed) =>
        string.Concat(Enumerable.Range(0, 4).Select(part => typed.Substring(part * (PartLength + 1), PartLength)));

    /// <summary>
    /// Luhn's algorithm over 32 characters, with the factors 1, 2, 1, … from the left, as in Syncthing. The doubled value folds to a different one
    /// for each character, so every single mistake is detected.
    /// </summary>
    private static char CheckCharacter(ReadOnlySpan<char> part)
    {
        var sum = 0;
        for (var i = 0; i < part.Length; i++)
        {
            var value = ValueOf(part[i]) << (i & 1);
            sum += (value >> 5) + (value & 31);
        }
        return Alphabet[-sum & 31];
    }

    private static int ValueOf(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= '2' and <= '7' => c - '2' + 26,
        _ => -1,
    };

    /// <summary>Fills <paramref name="text"/>.</summary>
    private static void Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        int bits = 0, count = 0, next = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (count < 5)
            {
                bits = (bits << 8) | (next < bytes.Length ? bytes[next] : 0);
                next++;
                count += 8;
            }
            count -= 5;
            text[i] = Alphabet[(bits >> count) & 31];
            bits &= (1 << count) - 1;
        }
    }

    /// <summary>False when leftover bits aren't zero.</summary>
    private static bool TryDecode(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        int bits = 0, count = 0, next = 0;
        foreach (var c in text)
        {
            bits = (bits << 5) | ValueOf(c);
            count += 5;
            if (count < 8)
                continue;
            count -= 8;
            bytes[next++] = (byte)(bits >> count);
            bits &= (1 << count) - 1;
        }
        return bits == 0;
    }
}
