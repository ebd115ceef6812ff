namespace FolderSync.Configuration.Checks;

/// <summary>The result of one check.</summary>
/// <param name="Check">What was checked, such as "home".</param>
/// <param name="Fix">How to fix it; null when there is nothing to do.</param>
public sealed record Finding(string Check, string Status, string Text, string? Fix)
{
    public const string Good = "ok";
    public const string Warned = "warn";
    public const string Failed = "fail";

    public static Finding Ok(string check, string text) => new(check, Good, text, null);

    public static Finding Warn(string check, string text, string? fix) => new(check, Warned, text, fix);

    public static Finding Fail(string check, string text, string? fix) => new(check, Failed, text, fix);
}
