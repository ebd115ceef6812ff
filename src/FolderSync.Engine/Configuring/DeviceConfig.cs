using FolderSync.Core.Model;
using FolderSync.Protocol.Messages;

namespace FolderSync.Engine.Configuring;

/// <summary>A peer.</summary>
public sealed record DeviceConfig
{
    public required DeviceId Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary>"dynamic" or "tcp://host:port".</summary>
    public EquatableArray<string> Addresses { get; init; } = ["dynamic"];

    public Compression Compression { get; init; } = Compression.Metadata;

    public bool Paused { get; init; }

    /// <summary>The number of connections wanted; 0: the default of 1. At most 3 are used.</summary>
    public int NumConnections { get; init; }

    /// <summary>KiB/s, 0 for no limit.</summary>
    public int MaxSendKbps { get; init; }

    /// <summary>KiB/s, 0 for no limit.</summary>
    public int MaxReceiveKbps { get; init; }

    /// <summary>Networks that its address must be in (<see cref="FolderSync.Network.NetworkFilter"/>); empty: any address.</summary>
    public EquatableArray<string> AllowedNetworks { get; init; } = [];

    /// <summary>Offered folders that aren't shown as pending.</summary>
    public EquatableArray<FolderId> IgnoredFolders { get; init; } = [];
}
