using System.Diagnostics;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Yaml;
using FolderSync.Platform;

namespace FolderSync.Configuration.Store;

/// <summary>The result of editing `config.yaml`.</summary>
public abstract record ConfigEditResult
{
    public sealed record Unchanged : ConfigEditResult;

    public sealed record Replaced(IReadOnlyList<ConfigProblem> Warnings) : ConfigEditResult;

    /// <param name="Copy">The file with the user's text.</param>
    public sealed record Abandoned(string Copy) : ConfigEditResult;

    /// <summary>Another program saved the file meanwhile.</summary>
    public sealed record Conflicted(string Copy) : ConfigEditResult;
}

/// <summary>Lets the user edit a copy of `config.yaml`, and replaces the file only with a valid copy.</summary>
/// <param name="editor">A command as in $EDITOR, with its arguments.</param>
/// <param name="again">Receives what is wrong and decides whether to edit again.</param>
public sealed class ConfigEdit(HomeDirectory home, string editor, Func<ConfigException, Task<bool>> again)
{
    /// <exception cref="ConfigException">The file can't be read.</exception>
    /// <exception cref="IOException">The copy or the file can't be written, or the editor can't be started.</exception>
    public async Task<ConfigEditResult> RunAsync(CancellationToken cancellation)
    {
        var before = ConfigState.ReadFile(home);
        // Its name tells editors the language; it lies beside the schema that its first line names.
        var copy = System.IO.Path.Combine(home.Path, $"config-edit-{Environment.ProcessId}.yaml");
        DurableFile.Write(copy, before);
        while (true)
        {
            await EditAsync(copy, cancellation);
            string text;
            ConfigState state;
            try
            {
                text = TextFile.Decode(copy, await File.ReadAllBytesAsync(copy, cancellation));
                if (text == before)
                {
                    File.Delete(copy);
                    return new ConfigEditResult.Unchanged();
                }
                if (ConfigState.IsPartiallyWritten(text))
                    throw new ConfigException(copy, 0, 0, "The file is empty.");
                state = ConfigState.Parse(home, text, ConfigOverrides.None);
            }
            catch (ConfigException e)
            {
                if (await again(e))
                    continue;
                return new ConfigEditResult.Abandoned(copy);
            }
            if (ConfigState.ReadFile(home) != before)
                return new ConfigEditResult.Conflicted(copy);
            DurableFile.Write(home.ConfigFile, text);
            File.Delete(copy);
            return new ConfigEditResult.Replaced(state.Warnings);
        }
    }

    /// <summary>The editor from the environment, otherwise the system's.</summary>
    public static string? Editor(Func<string, string?> environment)
    {
        foreach (var variable in (string[])["VISUAL", "EDITOR"])
        {
            if (environment(variable) is { Length: > 0 } named && !string.IsNullOrWhiteSpace(named))
                return named;
        }
        if (OperatingSystem.IsWindows())
            return "notepad";
        var places = (environment("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return ((string[])["editor", "nano", "vi"]).FirstOrDefault(e => places.Any(p => File.Exists(System.IO.Path.Combine(p, e))));
    }

    /// <summary>Through the shell, since $EDITOR may contain arguments and quotes.</summary>
    private async Task EditAsync(string copy, CancellationToken cancellation)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe") { Arguments = $"/d /s /c \"{editor} \"{copy}\"\"" }
            : new ProcessStartInfo("/bin/sh", ["-c", editor + " \"$1\"", "editor", copy]);
        start.UseShellExecute = false;
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0)
                throw new IOException($"The editor ({editor}) ended with exit code {process.ExitCode}; nothing was changed. Your changes are in '{copy}'. Choose another editor with $VISUAL or $EDITOR.");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new IOException($"The editor ({editor}) could not be started: {e.Message}. Choose another one with $VISUAL or $EDITOR.", e);
        }
    }
}
