using FolderSync.Contracts;

namespace FolderSync.Host.Cli.Doctor;

/// <summary>Makes findings in the shape that the service's own have.</summary>
internal static class Finding
{
    public const string Good = "ok";
    public const string Warned = "warn";
    public const string Failed = "fail";

    public static DoctorCheck Ok(string check, string text) => new(check, Good, text, null);

    public static DoctorCheck Warn(string check, string text, string? fix) => new(check, Warned, text, fix);

    public static DoctorCheck Fail(string check, string text, string? fix) => new(check, Failed, text, fix);
}
