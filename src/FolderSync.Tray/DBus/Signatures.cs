namespace FolderSync.Tray.DBus;

/// <summary>Type signatures: splitting, alignment, limits of the specification.</summary>
internal static class Signatures
{
    private const int MaxLength = 255;
    private const int MaxDepth = 32;

    /// <summary>The complete types one after the other.</summary>
    /// <exception cref="DBusException">It is not a signature.</exception>
    public static IReadOnlyList<string> Split(string signature)
    {
        if (signature.Length > MaxLength)
            throw new DBusException("A type signature is too long.");
        var types = new List<string>();
        for (var at = 0; at < signature.Length;)
        {
            var end = EndOf(signature, at, 0);
            types.Add(signature[at..end]);
            at = end;
        }
        return types;
    }

    public static int Alignment(char type) => type switch
    {
        'y' or 'g' or 'v' => 1,
        'n' or 'q' => 2,
        'b' or 'i' or 'u' or 's' or 'o' or 'a' or 'h' => 4,
        _ => 8,
    };

    private static int EndOf(string signature, int at, int depth)
    {
        if (depth > 2 * MaxDepth || at >= signature.Length)
            throw new DBusException($"'{signature}' is not a type signature.");
        switch (signature[at])
        {
            case 'y' or 'b' or 'n' or 'q' or 'i' or 'u' or 'x' or 't' or 'd' or 's' or 'o' or 'g' or 'v' or 'h':
                return at + 1;
            case 'a' when at + 1 < signature.Length && signature[at + 1] == '{':
                return EndOfGroup(signature, at + 2, '}', depth + 1);
            case 'a':
                return EndOf(signature, at + 1, depth + 1);
            case '(':
                return EndOfGroup(signature, at + 1, ')', depth + 1);
            default:
                throw new DBusException($"'{signature}' is not a type signature.");
        }
    }

    private static int EndOfGroup(string signature, int at, char close, int depth)
    {
        var count = 0;
        while (at < signature.Length && signature[at] != close)
        {
            at = EndOf(signature, at, depth);
            count++;
        }
        if (at >= signature.Length || count == 0 || (close == '}' && count != 2))
            throw new DBusException($"'{signature}' is not a type signature.");
        return at + 1;
    }
}
