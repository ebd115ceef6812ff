using FolderSync.Core.Decide;
using Xunit;

namespace FolderSync.Core.Tests;

/// <summary>How a folder is shared with a device, depending on what that device announced.</summary>
public class FolderSharingTests
{
    private static readonly RemoteSharing Shares = new(IsPaused: false, NamesUs: true, NamesItself: true, EncryptsForUs: false, HoldsEncrypted: false);

    private static readonly (string Case, RemoteSharing? Theirs, RemoteFolderState State, SharingRefusal Refusal)[] Table =
    [
        ("it says nothing of it", null, RemoteFolderState.NotSharing, SharingRefusal.None),
        ("it shares it with us", Shares, RemoteFolderState.Valid, SharingRefusal.None),
        ("it is paused there", Shares with { IsPaused = true }, RemoteFolderState.Paused, SharingRefusal.None),
        ("it shares it with others only", Shares with { NamesUs = false }, RemoteFolderState.NotSharing, SharingRefusal.None),
        ("it shares it with others only, paused", Shares with { NamesUs = false, IsPaused = true }, RemoteFolderState.NotSharing, SharingRefusal.None),
        ("it does not name itself", Shares with { NamesItself = false }, RemoteFolderState.NotSharing, SharingRefusal.None),
        ("it encrypts it for us", Shares with { EncryptsForUs = true }, RemoteFolderState.NotSharing, SharingRefusal.EncryptedForUs),
        ("it encrypts it for us and is paused", Shares with { EncryptsForUs = true, IsPaused = true }, RemoteFolderState.NotSharing, SharingRefusal.EncryptedForUs),
        ("it keeps it encrypted", Shares with { HoldsEncrypted = true }, RemoteFolderState.NotSharing, SharingRefusal.EncryptedThere),
        ("it keeps it encrypted, paused", Shares with { HoldsEncrypted = true, IsPaused = true }, RemoteFolderState.NotSharing, SharingRefusal.EncryptedThere),
        ("it keeps it encrypted and shares it with others only", Shares with { HoldsEncrypted = true, NamesUs = false }, RemoteFolderState.NotSharing, SharingRefusal.EncryptedThere),
        ("both", Shares with { EncryptsForUs = true, HoldsEncrypted = true }, RemoteFolderState.NotSharing, SharingRefusal.EncryptedForUs),
    ];

    [Fact]
    public void Each_statement_comes_to_what_holds()
    {
        foreach (var (what, theirs, state, refusal) in Table)
            Assert.Equal((what, state, refusal), (what, FolderSharing.Decide(theirs).State, FolderSharing.Decide(theirs).Refusal));
    }
}
