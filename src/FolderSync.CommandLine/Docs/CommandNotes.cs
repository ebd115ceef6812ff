namespace FolderSync.CommandLine.Docs;

/// <summary>Details and examples of a command for help and manual, beyond its description.</summary>
internal sealed record CommandNotes(IReadOnlyList<string> Details, IReadOnlyList<(string Text, string What)> Examples)
{
    private static readonly CommandNotes None = new([], []);

    private static readonly Dictionary<string, CommandNotes> All = new()
    {
        ["foldersync"] = new(
            ["FolderSync runs as a service of one person (`foldersync serve`) and is looked at and changed through its page, config.yaml or these commands. " +
             "Its devices may also be Syncthings. Folders are named by ID, label or path, devices by name or ID."],
            [
                ("foldersync serve", "Run it, and open its page."),
                ("foldersync pair IVLJ3JL-... --name phone", "Know another device."),
                ("foldersync share ~/Documents --with phone", "Keep a folder the same on both."),
                ("foldersync status --watch", "See it happen."),
            ]),
        ["foldersync status"] = new(
            ["--json prints an object with the keys id, name, version, uptimeSeconds, url, paused, folders, devices and attention; keys are only ever added. " +
             "With --watch it goes on until Ctrl-C: a live picture on a terminal, one line a change in a pipe, one JSON object a line with --json."],
            [("foldersync status --json | jq '.folders[] | select(.needItems > 0).id'", "The folders that are not up to date.")]),
        ["foldersync pair"] = new(
            ["The device connects when it has paired this one, too: until then it is shown there as asking. A device of the same network that is not paired yet can be named by its name; `foldersync nearby` lists them."],
            [
                ("foldersync pair IVLJ3JL-7JN57IS-... --name phone", "By ID."),
                ("foldersync pair phone", "By the name under which it shows itself nearby."),
                ("foldersync pair IVLJ3JL-... --address tcp://nas.example.org:22000", "One that can't be found by itself."),
            ]),
        ["foldersync share"] = new([],
            [
                ("foldersync share ~/Documents --with phone --with nas", "With two devices."),
                ("foldersync share ~/Music --with phone --type send-only", "What changes there stays there."),
            ]),
        ["foldersync pause"] = new(
            ["Without a name everything is paused. What is paused for a time goes on by itself."],
            [
                ("foldersync pause --for 1h", "Everything, for an hour."),
                ("foldersync pause photos", "One folder, until `foldersync resume photos`."),
            ]),
        ["foldersync need"] = new(
            ["Each item has its reason: what it waits for, which device has it, and when it is tried again."],
            [("foldersync need photos --page 2", "The next hundred.")]),
        ["foldersync ignore"] = new(
            ["Patterns are those of .stignore: `*` within a name, `**` over directories, a leading `/` for the folder's root, `!` for exceptions, `(?d)` for what may go with its directory. " +
             "The first pattern that fits decides. Without an option the present ones are printed."],
            [
                ("foldersync ignore photos --add '*.tmp' --preview", "What that would ignore; nothing is changed."),
                ("foldersync ignore photos --add '*.tmp'", "Do it."),
            ]),
        ["foldersync log"] = new(
            ["The service keeps its last lines; more of them are where its standard error goes, such as `journalctl --user -u foldersync`."],
            [("foldersync log -f --level warning", "Go on with what is worth a look.")]),
        ["foldersync doctor"] = new(
            ["Looks at the home and its permissions, the configuration, disks, watching, ports, the clock, and the other devices' versions, and says how to mend what is wrong. " +
             "Without a running service it looks at what can be seen from outside. The exit code is 1 if a check fails; warnings are 0."],
            []),
        ["foldersync versions"] = new(
            ["What was replaced or deleted by other devices is kept for a while. A restored version takes its place again; what is there now is kept as a version first."],
            [("foldersync versions documents --restore letter.odt", "The newest version of that file.")]),
        ["foldersync override"] = new(
            ["For a send-only folder: this device's state becomes the newest everywhere. Shows what would be done, and asks."], []),
        ["foldersync revert"] = new(
            ["For a receive-only folder: what was changed here is undone. Shows what would be done, and asks."], []),
        ["foldersync conflicts"] = new(
            ["Two devices changed one file: both contents are kept, one of them in a copy beside it. The one that is not kept goes to the versions."],
            [("foldersync conflicts documents --keep-copy 'letter.sync-conflict-20260102-030405-IVLJ3JL.odt'", "That copy gets the name.")]),
        ["foldersync autostart"] = new(
            ["On Linux: a systemd unit of the user for the service, and an entry of the desktop's autostart for the tray icon. On Windows: the Run key of the user. No rights of an administrator are needed."],
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
            ["Without an option it shows what is known of the device."],
            [("foldersync device phone --rename \"Anna's phone\"", "Call it so here.")]),
        ["foldersync serve"] = new(
            ["Where port 8384 or 22000 is taken, the next free one is used and kept in the configuration. Ends with 0 on Ctrl-C and SIGTERM."], []),
    };

    public static IReadOnlyList<(string Term, string Text)> Environment { get; } =
    [
        ("FOLDERSYNC_HOME", "The home, where --home does not name one."),
        ("FOLDERSYNC_PAGE_ADDRESS, FOLDERSYNC_PAGE_API_KEY and so on", "For serve: any option of config.yaml as FOLDERSYNC_SECTION_OPTION, over what stands there."),
        ("NO_COLOR", "No colours on the terminal."),
        ("COLUMNS", "How wide tables may be."),
    ];

    public static IReadOnlyList<(string Term, string Text)> Files { get; } =
    [
        ("~/.local/state/foldersync", "The home on Linux ($XDG_STATE_HOME/foldersync); %LOCALAPPDATA%\\FolderSync on Windows."),
        ("config.yaml", "In the home: everything that is configured. Saved changes are in force at once."),
        ("cert.pem, key.pem", "In the home: this device's identity. Keep a copy of them, and keep them to yourself."),
    ];

    public static CommandNotes Of(string path) => All.GetValueOrDefault(path, None);
}
