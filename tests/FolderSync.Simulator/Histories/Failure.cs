namespace FolderSync.Simulator.Histories;

/// <summary>What the oracle found wrong with a history.</summary>
internal sealed record Failure(FailureKind Kind, string Text)
{
    public override string ToString() => Text;
}

/// <summary>Identifies the failure: a smaller history must fail in the same way.</summary>
internal enum FailureKind
{
    /// <summary>A content that a user wrote is lost, though nobody who had it overwrote or deleted it.</summary>
    Lost,

    /// <summary>The devices differ or keep working long after all were connected.</summary>
    NeverIdle,

    /// <summary>A loop runs endlessly without time passing.</summary>
    Livelock,

    /// <summary>An exception escaped from a loop.</summary>
    LoopEnded,

    /// <summary>A device refused what another one created.</summary>
    Refused,

    /// <summary>Something left a device that only receives, or came to one that only sends.</summary>
    Role,

    /// <summary>More was displaced than may be without asking.</summary>
    NotHeld,

    /// <summary>The simulation itself threw.</summary>
    Threw,
}
