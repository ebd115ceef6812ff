namespace FolderSync.Configuration.Checks;

/// <summary>
/// Detects a clock that is years off, which makes this device's files look old or new to everybody. Only the service knows other devices' clocks.
/// </summary>
public static class ClockChecks
{
    private const int Built = 2025;

    public static IEnumerable<CheckResult> Of(TimeProvider time)
    {
        var now = time.GetLocalNow();
        yield return now.Year < Built || now.Year > Built + 50
            ? CheckResult.Fail("clock", $"This computer says that it is {now:yyyy-MM-dd HH:mm}.", "Set its clock: `timedatectl set-ntp true`, or the system's settings.")
            : CheckResult.Ok("clock", $"It is {now:yyyy-MM-dd HH:mm} here.");
    }
}
