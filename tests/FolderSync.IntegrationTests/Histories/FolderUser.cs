using System.Runtime.InteropServices;

namespace FolderSync.IntegrationTests.Histories;

/// <summary>
/// A user of one device's folder, while its program works in it. What the user replaces or deletes is moved away in one call and looked at then, so
/// that it is known what the user had, whatever the program has put there a moment before.
/// </summary>
/// <param name="root">The folder's directory.</param>
/// <param name="trash">A directory beside it, on the same filesystem.</param>
internal sealed partial class FolderUser(string root, string trash, ContentLedger ledger)
{
    private const int AtCurrentDirectory = -100, NoReplace = 1;

    private static int s_taken;

    public bool Exists(string name) => Path.Exists(PathOf(name)) || new FileInfo(PathOf(name)).LinkTarget is not null;

    /// <summary>Nothing happens where the name's parents aren't directories.</summary>
    public void Write(string name, string content)
    {
        if (!TryMakeParents(name))
            return;
        var staged = Path.Combine(trash, $"new-{Interlocked.Increment(ref s_taken)}");
        File.WriteAllText(staged, content);
        Take(name);
        if (TryRename(staged, PathOf(name)))
            ledger.Write(content);
    }

    /// <summary>Adds to the end of a file that stands there, as a program with an open file does.</summary>
    public void Append(string name, string more)
    {
        if (new FileInfo(PathOf(name)) is not { Exists: true, LinkTarget: null })
            return;
        try
        {
            using var file = new FileStream(PathOf(name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            var before = reader.ReadToEnd();
            file.Write(System.Text.Encoding.UTF8.GetBytes(more));
            ledger.Replace(before, before + more);
        }
        catch (IOException)
        {
            // It has gone, or become a directory.
        }
    }

    public void Delete(string name) => Take(name);

    public void Rename(string name, string to)
    {
        if (!Exists(name) || !TryMakeParents(to))
            return;
        Take(to);
        TryRename(PathOf(name), PathOf(to));
    }

    public void MakeDirectory(string name)
    {
        if (!Exists(name) && TryMakeParents(name))
            TryDo(() => Directory.CreateDirectory(PathOf(name)));
    }

    public void Link(string name, string target)
    {
        if (!TryMakeParents(name))
            return;
        Take(name);
        TryDo(() => File.CreateSymbolicLink(PathOf(name), target));
    }

    public void SetMode(string name, UnixFileMode mode)
    {
        if (new FileInfo(PathOf(name)) is { Exists: true, LinkTarget: null })
            TryDo(() => File.SetUnixFileMode(PathOf(name), mode));
    }

    private string PathOf(string name) => Path.Combine(root, name);

    private bool TryMakeParents(string name) => TryDo(() => Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!));

    private void Take(string name)
    {
        var taken = Path.Combine(trash, $"taken-{Interlocked.Increment(ref s_taken)}");
        if (TryRename(PathOf(name), taken))
            ledger.Release(taken);
    }

    private static bool TryDo(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Without replacing anything, as no call of .NET does it in one step.</summary>
    private static bool TryRename(string from, string to) => RenameAt(AtCurrentDirectory, from, AtCurrentDirectory, to, NoReplace) == 0;

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
