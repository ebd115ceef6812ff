namespace FolderSync.Simulator.Histories;

/// <summary>What the oracle found wrong with a history.</summary>
internal sealed record Failure(FailureKind Kind, string Text)
{
    public override string ToString() => Text;
}

/// <summary>A smaller history has to fail in the same way to count as the same failure.</summary>
internal enum FailureKind
{
    /// <summary>A content that a user wrote is nowhere, though nobody who had it overwrote or deleted it.</summary>
    Lost,

    /// <summary>The devices differ or go on working long after all was joined.</summary>
    Restless,

    /// <summary>A loop works without an end in one moment.</summary>
    Spins,

    /// <summary>An exception escaped from a loop.</summary>
    LoopEnded,

    /// <summary>A device refused what another made.</summary>
    Refused,

    /// <summary>The simulation itself threw.</summary>
    Threw,
}
