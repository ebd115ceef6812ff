namespace FolderSync.Configuration.Checks;

/// <summary>What a check has found.</summary>
/// <param name="Check">What was looked at, such as "home".</param>
/// <param name="Fix">How to mend it; null where nothing is to be done.</param>
public sealed record Finding(string Check, string Status, string Text, string? Fix)
{
    public const string Good = "ok";
    public const string Warned = "warn";
    public const string Failed = "fail";

    public static Finding Ok(string check, string text) => new(check, Good, text, null);

    public static Finding Warn(string check, string text, string? fix) => new(check, Warned, text, fix);

    public static Finding Fail(string check, string text, string? fix) => new(check, Failed, text, fix);
}
