namespace FolderSync.Core.Decide;

/// <summary>The state of a folder between this device and a peer with which it is shared here.</summary>
public enum RemoteFolderState
{
    Unknown,

    /// <summary>The peer doesn't share it with this device, or in a way that can't be synced.</summary>
    NotSharing,

    /// <summary>The peer shares it but neither sends nor receives at the moment.</summary>
    Paused,

    /// <summary>Indexes and blocks are exchanged.</summary>
    Valid,
}

/// <summary>Why a folder shared by a peer isn't synced with it.</summary>
public enum SharingRefusal
{
    None,

    /// <summary>The peer wants this device to store it encrypted.</summary>
    EncryptedForUs,

    /// <summary>The peer stores it encrypted.</summary>
    EncryptedThere,
}

/// <summary>A peer's cluster configuration for one folder.</summary>
/// <param name="NamesUs">This device is among those with which it shares the folder.</param>
/// <param name="NamesItself">It is itself among them.</param>
public readonly record struct RemoteSharing(bool IsPaused, bool NamesUs, bool NamesItself, bool EncryptsForUs, bool HoldsEncrypted);

/// <summary>Derives the state of a folder that is shared here from what the peer announces.</summary>
public static class FolderSharing
{
    /// <summary>Pure: equal statements give the same result on both sides and every connection.</summary>
    /// <param name="theirs">Null when the peer doesn't mention the folder.</param>
    public static (RemoteFolderState State, SharingRefusal Refusal) Decide(RemoteSharing? theirs)
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
