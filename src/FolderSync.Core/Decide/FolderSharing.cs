namespace FolderSync.Core.Decide;

/// <summary>What holds for a folder between this device and a peer it is shared with here.</summary>
public enum RemoteFolderState
{
    Unknown,

    /// <summary>The peer does not share it with this device, or in a way that can't be synced.</summary>
    NotSharing,

    /// <summary>The peer shares it, and neither sends nor receives at the moment.</summary>
    Paused,

    /// <summary>Indexes and blocks go both ways.</summary>
    Valid,
}

/// <summary>Why a folder that a peer shares is not synced with it.</summary>
public enum SharingRefusal
{
    None,

    /// <summary>The peer wants this device to keep it encrypted.</summary>
    EncryptedForUs,

    /// <summary>The peer keeps it encrypted.</summary>
    EncryptedThere,
}

/// <summary>What a peer's cluster configuration says of one folder.</summary>
/// <param name="NamesUs">This device is among those it shares the folder with.</param>
/// <param name="NamesItself">It is itself among them.</param>
public readonly record struct RemoteSharing(bool IsPaused, bool NamesUs, bool NamesItself, bool EncryptsForUs, bool HoldsEncrypted);

/// <summary>What a folder that is shared here becomes by what the peer says of it.</summary>
public static class FolderSharing
{
    /// <summary>Pure: the same two statements come to the same on both sides' every connection.</summary>
    /// <param name="theirs">Null where the peer says nothing of the folder.</param>
    public static (RemoteFolderState State, SharingRefusal Refusal) Judge(RemoteSharing? theirs)
    {
        if (theirs is not { } said)
            return (RemoteFolderState.NotSharing, SharingRefusal.None);
        if (said is { NamesUs: true, EncryptsForUs: true })
            return (RemoteFolderState.NotSharing, SharingRefusal.EncryptedForUs);
        if (said.HoldsEncrypted)
            return (RemoteFolderState.NotSharing, SharingRefusal.EncryptedThere);
        if (!said.NamesUs || !said.NamesItself)
            return (RemoteFolderState.NotSharing, SharingRefusal.None);
        return (said.IsPaused ? RemoteFolderState.Paused : RemoteFolderState.Valid, SharingRefusal.None);
    }
}
