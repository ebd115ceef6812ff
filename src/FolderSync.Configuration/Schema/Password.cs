using System.Text;
using System.Text.RegularExpressions;

namespace FolderSync.Configuration.Schema;

/// <summary>The page's password as a bcrypt hash, so that Syncthing's hashes can be imported unchanged.</summary>
public static partial class Password
{
    /// <summary>About a tenth of a second on a small computer.</summary>
    private const int Cost = 11;

    /// <summary>bcrypt ignores further bytes; a longer password would be less secret than it looks.</summary>
    private const int MaxBytes = 72;

    /// <summary>True for a valid hash. One that takes minutes to verify isn't valid.</summary>
    public static bool IsHash(string text) => Bcrypt().IsMatch(text);

    /// <summary>Null for an acceptable password, otherwise a sentence.</summary>
    public static string? Validate(string password) =>
        password.Length == 0 ? "The password is empty."
        : Encoding.UTF8.GetByteCount(password) > MaxBytes ? $"The password has more than {MaxBytes} bytes; a shorter one is as safe."
        : password.Contains('\0', StringComparison.Ordinal) ? "The password holds a NUL character."
        : null;

    /// <exception cref="ArgumentException">The password isn't acceptable; the message says why.</exception>
    public static string Hash(string password) =>
        Validate(password) is { } why ? throw new ArgumentException(why) : BCrypt.Net.BCrypt.HashPassword(password, Cost);

    /// <summary>Takes as long for a wrong password as for the right one.</summary>
    public static bool Verify(string password, string hash)
    {
        if (!IsHash(hash) || Validate(password) is not null)
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
