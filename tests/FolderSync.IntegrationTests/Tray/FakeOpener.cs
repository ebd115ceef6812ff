using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Tray;

/// <summary>An xdg-open that records what it is asked to open.</summary>
internal sealed class FakeOpener
{
    private readonly string _programs;
    private readonly string _opened;

    public FakeOpener(ScratchDirectory scratch)
    {
        (_programs, _opened) = (scratch.Make("bin"), scratch.In("opened"));
        var program = Path.Combine(_programs, "xdg-open");
        File.WriteAllText(program, $"#!/bin/sh\nprintf '%s\\n' \"$1\" >> '{_opened}'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>PATH with this directory first.</summary>
    public string SearchPath => _programs + ":" + Environment.GetEnvironmentVariable("PATH");

    /// <summary>What was opened, in order.</summary>
    public IReadOnlyList<string> Opened => File.Exists(_opened) ? File.ReadAllLines(_opened) : [];
}
