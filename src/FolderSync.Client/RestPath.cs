using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace FolderSync.Client;

/// <summary>
/// Builds every path below /rest/ that contains a variable part: $"config/folders/{id}". A value is one whole segment or one query value, and is
/// escaped. '.' and '..' can't be segments: <see cref="Uri"/> drops them, so the request would go elsewhere.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct RestPath
{
    private readonly StringBuilder _path;

    public RestPath(int literalLength, int formattedCount) => _path = new StringBuilder(literalLength + (formattedCount * 16));

    public static string Of(RestPath path) => path._path.ToString();

    public void AppendLiteral(string text) => _path.Append(text);

    /// <exception cref="ServiceException">It can't be a segment.</exception>
    public void AppendFormatted<T>(T value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        var isQuery = _path.ToString().Contains('?', StringComparison.Ordinal);
        if (!isQuery && text is "" or "." or "..")
            throw new ServiceException($"'{text}' can't be a name or an ID here: in a URL it means another directory.");
        _path.Append(Uri.EscapeDataString(text));
    }
}
