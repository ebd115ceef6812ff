using FolderSync.Core.Model;
using FolderSync.Engine.Configuring;
using FolderSync.Protocol.Messages;

namespace FolderSync.Configuration.Schema;

/// <summary>The words for enum values in the file.</summary>
internal static class EnumNames
{
    public static readonly (string Word, Compression Value)[] Compression =
        [("metadata", Protocol.Messages.Compression.Metadata), ("always", Protocol.Messages.Compression.Always), ("never", Protocol.Messages.Compression.Never)];

    public static readonly (string Word, FolderType Value)[] FolderType =
        [("send-receive", Core.Model.FolderType.SendReceive), ("send-only", Core.Model.FolderType.SendOnly), ("receive-only", Core.Model.FolderType.ReceiveOnly)];

    public static readonly (string Word, VersioningKind Value)[] Versioning = [("trash-can", VersioningKind.TrashCan), ("none", VersioningKind.None)];

    public static readonly (string Word, PullOrder Value)[] Order =
    [
        ("random", PullOrder.Random), ("alphabetic", PullOrder.Alphabetic), ("smallest-first", PullOrder.SmallestFirst),
        ("largest-first", PullOrder.LargestFirst), ("oldest-first", PullOrder.OldestFirst), ("newest-first", PullOrder.NewestFirst),
    ];

    /// <summary>The word in Syncthing's spelling: "smallest-first" becomes "smallestFirst", but "send-receive" becomes "sendreceive".</summary>
    public static string InSyncthing(string word) =>
        word.EndsWith("-first", StringComparison.Ordinal) ? word.Replace("-first", "First", StringComparison.Ordinal) : word.Replace("-", "", StringComparison.Ordinal);
}
