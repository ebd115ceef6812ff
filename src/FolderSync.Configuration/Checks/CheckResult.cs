namespace FolderSync.Configuration.Checks;

/// <summary>The result of one check.</summary>
/// <param name="Check">What was checked, such as "home".</param>
/// <param name="Fix">How to fix it; null when there is nothing to do.</param>
public sealed record CheckResult(string Check, string Status, string Text, string? Fix)
{
    public const string Passed = "ok";
    public const string Warning = "warn";
    public const string Failed = "fail";

    public static CheckResult Ok(string check, string text) => new(check, Passed, text, null);

    public static CheckResult Warn(string check, string text, string? fix) => new(check, Warning, text, fix);

    public static CheckResult Fail(string check, string text, string? fix) => new(check, Failed, text, fix);
}
