using System.Diagnostics;
using FolderSync.Rules.Sources;

namespace FolderSync.Rules;

/// <summary>The subjects of commits, as `git log --oneline` shows them.</summary>
internal static class Commits
{
    public const int MaxSubject = 72;

    /// <summary>The last commit before this rule.</summary>
    public const string Before = "9b673b6f9b151e7ab72621a200f43226e7b682c6";

    public static IEnumerable<Finding> LongSubjects(IEnumerable<string> log) =>
        from line in log
        let subject = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]
        where subject.Length > MaxSubject
        select new Finding(line[..line.IndexOf(' ', StringComparison.Ordinal)], subject.Length, subject);

    /// <summary>The hash and subject of each commit since; null without a history: an unpacked archive, a shallow clone, no git.</summary>
    public static IReadOnlyList<string>? Log()
    {
        if (!Path.Exists(Path.Combine(Checkout.Root, ".git")))
            return null;
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", Checkout.Root, "log", "--format=%h %s", $"{Before}..HEAD"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var lines = git.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            return git.ExitCode == 0 ? lines : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
