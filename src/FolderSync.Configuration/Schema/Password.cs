using System.Text;
using System.Text.RegularExpressions;

namespace FolderSync.Configuration.Schema;

/// <summary>The page's password, kept as bcrypt makes it: Syncthing's hashes are taken over as they are.</summary>
public static partial class Password
{
    /// <summary>About a tenth of a second on a small computer.</summary>
    private const int Cost = 11;

    /// <summary>bcrypt looks at no more; what is cut off would be no secret.</summary>
    private const int MaxBytes = 72;

    /// <summary>True for a hash that can be checked. One that takes minutes to check is none.</summary>
    public static bool IsHash(string text) => Bcrypt().IsMatch(text);

    /// <summary>Null for a password that can be set, else a sentence.</summary>
    public static string? WhyNot(string password) =>
        password.Length == 0 ? "The password is empty."
        : Encoding.UTF8.GetByteCount(password) > MaxBytes ? $"The password has more than {MaxBytes} bytes; a shorter one is as safe."
        : password.Contains('\0', StringComparison.Ordinal) ? "The password holds a NUL character."
        : null;

    /// <exception cref="ArgumentException">It can't be set; the message says why.</exception>
    public static string Hash(string password) =>
        WhyNot(password) is { } why ? throw new ArgumentException(why) : BCrypt.Net.BCrypt.HashPassword(password, Cost);

    /// <summary>Takes as long for a wrong password as for the right one.</summary>
    public static bool Verify(string password, string hash)
    {
        if (!IsHash(hash) || WhyNot(password) is not null)
            return false;
        try
        {
            return BCrypt.Net.BCrypt.Verify(password, hash);
        }
        catch (BCrypt.Net.SaltParseException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}\z")]
    private static partial Regex Bcrypt();
}
