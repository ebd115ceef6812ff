using System.Text;

namespace FolderSync.CommandLine.Autostart;

/// <summary>The service as a unit of systemd's user manager.</summary>
internal static class SystemdUnit
{
    public static string Text(IReadOnlyList<string> command) => $"""
        # Written by `foldersync autostart on`; `foldersync autostart off` removes it.
        [Unit]
        Description=FolderSync keeps folders the same on all devices
        Documentation=man:foldersync(1)

        [Service]
        ExecStart={string.Join(' ', command.Select((word, i) => Quote(word, isProgram: i == 0)))}
        Restart=on-failure
        RestartSec=5
        # 2: the configuration is wrong. A person has to mend it, trying again does not.
        RestartPreventExitStatus=2
        TimeoutStopSec=30
        NoNewPrivileges=yes
        LockPersonality=yes
        RestrictRealtime=yes
        RestrictSUIDSGID=yes
        SystemCallArchitectures=native
        UMask=0077

        [Install]
        WantedBy=default.target

        """.ReplaceLineEndings("\n");

    /// <summary>
    /// Quotes one word so that systemd expands nothing in it. It expands variables only in arguments: a '$' in the program's name is literal.
    /// </summary>
    private static string Quote(string word, bool isProgram)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in word)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '%' => "%%",
                '$' when !isProgram => "$$",
                '\n' => "\\n",
                _ => c.ToString(),
            });
        }
        return word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "/-_.+=:@,".Contains(c, StringComparison.Ordinal)) ? word : quoted.Append('"').ToString();
    }
}
