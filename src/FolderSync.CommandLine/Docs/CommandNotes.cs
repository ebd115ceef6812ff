namespace FolderSync.CommandLine.Docs;

/// <summary>Details and examples of a command for help and manual, beyond its description.</summary>
internal sealed record CommandNotes(IReadOnlyList<string> Details, IReadOnlyList<(string Text, string What)> Examples)
{
    private static readonly CommandNotes None = new([], []);

    private static readonly Dictionary<string, CommandNotes> All = new()
    {
        ["foldersync"] = new(
            ["FolderSync runs as a service of one user (`foldersync serve`), which you control with its page, config.yaml or these commands. " +
             "Its devices may also be Syncthings. Folders are named by ID, label or path, devices by name or ID."],
            [
                ("foldersync serve", "Run it; on a terminal it prints a link that opens its page."),
                ("foldersync open", "Its page in the browser; --print: a link to it, as for `ssh -L`."),
                ("foldersync pair IVLJ3JL-... --name phone", "Know another device."),
                ("foldersync share ~/Documents --with phone", "Sync a folder with it."),
                ("foldersync status --watch", "See it happen."),
            ]),
        ["foldersync status"] = new(
            ["--json prints an object with the keys id, name, version, uptimeSeconds, url, paused, folders, devices and attention; keys are only ever added. " +
             "With --watch it runs until Ctrl-C: a live table on a terminal, one line per change in a pipe, one JSON object per line with --json."],
            [("foldersync status --json | jq '.folders[] | select(.needItems > 0).id'", "The folders that are not up to date.")]),
        ["foldersync pair"] = new(
            ["The devices connect once the other one has paired this one, too; until then it shows a request there. An unpaired device on the same network can be given by name; `foldersync nearby` lists them."],
            [
                ("foldersync pair IVLJ3JL-7JN57IS-... --name phone", "By ID."),
                ("foldersync pair phone", "By its name on the local network."),
                ("foldersync pair IVLJ3JL-... --address tcp://nas.example.org:22000", "A device that can't be found automatically."),
            ]),
        ["foldersync share"] = new([],
            [
                ("foldersync share ~/Documents --with phone --with nas", "With two devices."),
                ("foldersync share ~/Music --with phone --type send-only", "Changes made there are ignored."),
            ]),
        ["foldersync pause"] = new(
            ["Without a name, everything is paused. A pause with a duration ends automatically."],
            [
                ("foldersync pause --for 1h", "Everything, for an hour."),
                ("foldersync pause photos", "One folder, until `foldersync resume photos`."),
            ]),
        ["foldersync need"] = new(
            ["Each item has its reason: what it waits for, which device has it, and when it is retried."],
            [("foldersync need photos --page 2", "The next hundred.")]),
        ["foldersync ignore"] = new(
            ["Patterns are those of .stignore: `*` within a name, `**` over directories, a leading `/` for the folder's root, `!` for exceptions, `(?d)` for files that may be deleted with their directory. " +
             "The first matching pattern decides. Without an option the present patterns are printed."],
            [
                ("foldersync ignore photos --add '*.tmp' --preview", "What that would ignore; nothing is changed."),
                ("foldersync ignore photos --add '*.tmp'", "Do it."),
            ]),
        ["foldersync log"] = new(
            ["The service keeps its last lines; older ones are where its standard error goes, for instance `journalctl --user -u foldersync`."],
            [("foldersync log -f --level warning", "Follow warnings and errors.")]),
        ["foldersync doctor"] = new(
            ["Checks the home and its permissions, the configuration, disks, watching, ports, the clock, and the other devices' versions, and says how to fix problems. " +
             "Without a running service it checks what it can from outside. The exit code is 1 if a check fails; warnings don't count."],
            []),
        ["foldersync versions"] = new(
            ["Files that other devices replaced or deleted are kept for a while. Restoring a version first keeps the present file as a version."],
            [("foldersync versions documents --restore letter.odt", "The newest version of that file.")]),
        ["foldersync override"] = new(
            ["For a send-only folder: makes this device's version the current one everywhere. Shows what would happen and asks for confirmation."], []),
        ["foldersync revert"] = new(
            ["For a receive-only folder: undoes local changes. Shows what would happen and asks for confirmation."], []),
        ["foldersync conflicts"] = new(
            ["When two devices change the same file, both contents are kept, one of them in a conflict copy. Resolving moves the other content to the versions."],
            [("foldersync conflicts documents --keep-copy 'letter.sync-conflict-20260102-030405-IVLJ3JL.odt'", "Keep that copy.")]),
        ["foldersync autostart"] = new(
            ["On Linux: a systemd user unit for the service, and a desktop autostart entry for the tray icon. On Windows: the user's Run key. No administrator rights are needed."],
            [("foldersync autostart on --now", "From now on, and at each login.")]),
        ["foldersync completion"] = new(
            ["Completes commands, options, folders and devices."],
            [
                ("source <(foldersync completion bash)", "In ~/.bashrc."),
                ("foldersync completion zsh > \"${fpath[1]}/_foldersync\"", "Before compinit."),
                ("foldersync completion fish > ~/.config/fish/completions/foldersync.fish", "Once."),
                ("foldersync completion powershell | Out-String | Invoke-Expression", "In $PROFILE."),
            ]),
        ["foldersync device"] = new(
            ["Without an option it shows the device."],
            [("foldersync device phone --rename \"Anna's phone\"", "Rename it on this device.")]),
        ["foldersync serve"] = new(
            ["If port 8384 or 22000 is taken, the next free one is used and saved in the configuration. The exit code is 0 on Ctrl-C and SIGTERM."], []),
    };

    public static IReadOnlyList<(string Term, string Text)> Environment { get; } =
    [
        ("FOLDERSYNC_HOME", "The home directory without --home."),
        ("FOLDERSYNC_PAGE_ADDRESS, FOLDERSYNC_PAGE_API_KEY and so on", "For serve: overrides any option of config.yaml, as FOLDERSYNC_SECTION_OPTION."),
        ("NO_COLOR", "Disables colors on the terminal."),
        ("COLUMNS", "The maximum width of tables."),
    ];

    public static IReadOnlyList<(string Term, string Text)> Files { get; } =
    [
        ("~/.local/state/foldersync", "The home on Linux ($XDG_STATE_HOME/foldersync); %LOCALAPPDATA%\\FolderSync on Windows."),
        ("config.yaml", "In the home: the configuration. Saved changes take effect at once."),
        ("cert.pem, key.pem", "In the home: this device's identity. Back them up and keep them private."),
    ];

    public static CommandNotes Of(string path) => All.GetValueOrDefault(path, None);
}
