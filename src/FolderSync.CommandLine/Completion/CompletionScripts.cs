namespace FolderSync.CommandLine.Completion;

/// <summary>The shells' completion scripts. Each passes the line up to the cursor and shows the result.</summary>
internal static class CompletionScripts
{
    private const string Bash = """
        # bash completion for foldersync
        _foldersync() {
            local line="${COMP_LINE:0:COMP_POINT}" cur="${COMP_WORDS[COMP_CWORD]}" candidate word
            COMPREPLY=()
            while IFS= read -r candidate; do
                candidate="${candidate%%$'\t'*}"
                if [ "$candidate" = ":directories" ]; then
                    compopt -o filenames 2>/dev/null
                    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -d -- "$cur")
                    return
                fi
                [ -n "$candidate" ] || continue
                printf -v word '%q' "$candidate"
                COMPREPLY+=("$word")
            done < <("${COMP_WORDS[0]}" "[complete:${#line}]" "$line" 2>/dev/null)
        }
        complete -F _foldersync foldersync

        """;

    private const string Zsh = """
        #compdef foldersync
        # zsh completion for foldersync
        _foldersync() {
            local line="${(j: :)words[1,CURRENT-1]} $PREFIX" row
            local -a labels shown
            while IFS= read -r row; do
                if [[ "$row" == ":directories" ]]; then
                    _files -/
                    return
                fi
                [[ -n "$row" ]] || continue
                labels+=("${row%%$'\t'*}")
                if [[ "$row" == *$'\t'* ]]; then
                    shown+=("${row%%$'\t'*}  -- ${row#*$'\t'}")
                else
                    shown+=("$row")
                fi
            done < <("${(Q)words[1]}" "[complete:${#line}]" "$line" 2>/dev/null)
            compadd -l -d shown -a labels
        }
        if [ "$funcstack[1]" = "_foldersync" ]; then
            _foldersync "$@"
        elif (( $+functions[compdef] )); then
            compdef _foldersync foldersync
        fi

        """;

    private const string Fish = """
        # fish completion for foldersync
        function __foldersync_complete
            set -l line (commandline -cp | string collect)
            set -l program (commandline -opc)[1]
            for row in (command $program "[complete:"(string length -- "$line")"]" "$line" 2>/dev/null)
                if test "$row" = ":directories"
                    __fish_complete_directories (commandline -ct)
                else
                    printf '%s\n' $row
                end
            end
        end
        complete -c foldersync -f -a '(__foldersync_complete)'

        """;

    private const string PowerShell = """
        # PowerShell completion for foldersync
        Register-ArgumentCompleter -Native -CommandName foldersync -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $line = $commandAst.ToString()
            if ($cursorPosition -gt $line.Length) { $line = $line.PadRight($cursorPosition) }
            foldersync "[complete:$cursorPosition]" $line 2>$null | ForEach-Object {
                $label, $what = $_ -split "`t", 2
                if ($label -eq ':directories') { return }
                $text = if ($label -match '[\s"'']') { "'" + ($label -replace "'", "''") + "'" } else { $label }
                if (-not $what) { $what = $label }
                [System.Management.Automation.CompletionResult]::new($text, $label, 'ParameterValue', $what)
            }
        }

        """;

    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    public static string Of(string shell) => (shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" => PowerShell,
        _ => throw new ArgumentOutOfRangeException(nameof(shell)),
    }).ReplaceLineEndings("\n");
}
