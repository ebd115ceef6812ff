using System.Text;

namespace FolderSync.Configuration.Yaml;

/// <summary>Decodes a file's bytes as text. Refuses anything that couldn't be written back unchanged.</summary>
public static class TextFile
{
    public const char ByteOrderMark = '\uFEFF';

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>Includes a byte order mark if the file has one.</returns>
    /// <exception cref="ConfigException">It isn't UTF-8.</exception>
    public static string Decode(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            throw new ConfigException(path, 0, 0, "The file is written in UTF-16.", "Save it as UTF-8.");
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            var good = bytes[..Math.Clamp(e.Index, 0, bytes.Length)];
            var line = good[(good.LastIndexOf((byte)'\n') + 1)..];
            throw new ConfigException(path, 1 + good.Count((byte)'\n'), 1 + Encoding.UTF8.GetCharCount(line), "Here is a character that is not UTF-8.", "Save the file as UTF-8.", e);
        }
    }
}
