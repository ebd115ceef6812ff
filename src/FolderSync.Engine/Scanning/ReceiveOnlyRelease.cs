using FolderSync.Core.Decide;
using FolderSync.Core.Model;
using FolderSync.Engine.Folders;

namespace FolderSync.Engine.Scanning;

/// <summary>Where a folder is receive-only no more, what was changed here meanwhile is judged anew: it counts from now on.</summary>
internal static class ReceiveOnlyRelease
{
    private const int PageSize = 500;

    /// <summary>Before the first scan of an opening, which sees what is missing.</summary>
    public static async Task CommitAsync(OpenFolder open, LocalIndexWriter writer, CancellationToken cancellation)
    {
        if (open.Folder.Config.Type == FolderType.ReceiveOnly)
            return;
        while (open.Index.ReceiveOnlyChanged(default, PageSize) is { Count: > 0 } page)
        {
            await writer.CommitAsync(
                index => [.. page.Select(p => index.FindLocal(p.Name)).OfType<FileEntry>().Select(mine => LocalChange.Released(mine, index.FindGlobal(mine.Name), open.Folder.NowSeconds))],
                cancellation);
        }
    }
}
