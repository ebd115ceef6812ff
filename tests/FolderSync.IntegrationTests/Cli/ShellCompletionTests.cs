using FolderSync.IntegrationTests.Harness;

namespace FolderSync.IntegrationTests.Cli;

/// <summary>Completion in real shells, with the built program; shells that are not installed are skipped.</summary>
public sealed class ShellCompletionTests(QuietHome quiet) : IClassFixture<QuietHome>
{
    [SkippableFact]
    public async Task Bash()
    {
        SkipUnlessThere("bash");
        // The function that TAB calls, with the variables that TAB sets.
        var shown = await InAsync("bash", "--norc", "-c",
            """
            source <(foldersync completion bash)
            complete -p foldersync
            ask() {
                COMP_LINE=$1 COMP_POINT=${#1}
                read -ra COMP_WORDS <<< "$1"
                [[ $1 == *" " ]] && COMP_WORDS+=("")
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _foldersync
                echo "$1: ${COMPREPLY[*]}"
            }
            ask 'foldersync pau'
            ask 'foldersync need '
            ask 'foldersync share x --with p'
            cd "$FOLDERSYNC_HOME/.."
            ask 'foldersync share sha'
            FOLDERSYNC_HOME=/nowhere
            ask 'foldersync device '
            """);
        Assert.Equal(
            [
                "complete -F _foldersync foldersync", "foldersync pau: pause", "foldersync need : shared", "foldersync share x --with p: peer", "foldersync share sha: shared",
                "foldersync device : --address --help --home --rename",
            ], shown);
    }

    [SkippableFact]
    public async Task Fish()
    {
        SkipUnlessThere("fish");
        var shown = await InAsync("fish", "--no-config", "-c",
            """
            foldersync completion fish | source
            for line in 'foldersync pau' 'foldersync need ' 'foldersync share x --with p' "foldersync share $FOLDERSYNC_HOME/../sha"
                for found in (complete -C $line)
                    echo (string split \t $found)[1]
                end
            end
            """);
        Assert.Equal(["pause", "shared", "peer", $"{quiet.Home}/../shared/"], shown);
    }

    [SkippableFact]
    public async Task PowerShell()
    {
        SkipUnlessThere("pwsh");
        var script = quiet.Scratch.In("complete.ps1");
        await File.WriteAllTextAsync(script,
            """
            foldersync completion powershell | Out-String | Invoke-Expression
            foreach ($line in 'foldersync pau', 'foldersync need ', 'foldersync share x --with p', 'foldersync status --j') {
                $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
                "${line}: $($found | ForEach-Object CompletionText)"
            }
            """);
        Assert.Equal(
            ["foldersync pau: pause", "foldersync need : shared", "foldersync share x --with p: peer", "foldersync status --j: --json"],
            await InAsync("pwsh", "-NoProfile", "-NonInteractive", "-File", script));
    }

    /// <summary>Uses zsh's own pseudo-terminal and the TAB key, because zsh completes nowhere else.</summary>
    [SkippableFact]
    public async Task Zsh()
    {
        SkipUnlessThere("zsh");
        var script = quiet.Scratch.In("complete.zsh");
        await File.WriteAllTextAsync(script,
            """
            zmodload zsh/zpty
            zpty z 'TERM=dumb zsh -f -i'
            zpty -w z 'unsetopt zle_bracketed_paste; PS1="> "; autoload -U compinit; compinit -u -D; source <(foldersync completion zsh); bindkey "^I" complete-word'
            zpty -w z 'print LO''ADED'
            out=
            while zpty -r z line; do out+=$line; [[ $out == *LOADED* ]] && break; done
            zpty -w -n z $'foldersync unsha\tsha\t --he\t | tail -n 1; foldersync device p\t --he\t > /dev/null; print $(( 40 + 2 ))END\n'
            out=
            while zpty -r z line; do out+=$line; [[ $out == *42END* ]] && break; done
            print -r -- "$out"
            zpty -d z
            """);
        var shown = string.Join('\n', await InAsync("zsh", "-f", script));
        Assert.Contains("unshare", shown, StringComparison.Ordinal);
        Assert.Contains("shared", shown, StringComparison.Ordinal);
        Assert.Contains("--help", shown, StringComparison.Ordinal);
        Assert.Contains("peer", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("how it is used", shown, StringComparison.Ordinal);
    }

    private async Task<string[]> InAsync(string shell, params string[] arguments)
    {
        var path = $"{Path.GetDirectoryName(TestSettings.Executable)}:{Environment.GetEnvironmentVariable("PATH")}";
        var ended = await ChildProcess.RunAsync(shell, arguments, new Dictionary<string, string?> { ["PATH"] = path, ["FOLDERSYNC_HOME"] = quiet.Home, ["HOME"] = quiet.Scratch.Path });
        Assert.True(ended.ExitCode == 0 && ended.Error.Length == 0, ended.All);
        return ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void SkipUnlessThere(string shell) =>
        Skip.IfNot((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, shell))), $"{shell} is not installed.");
}
