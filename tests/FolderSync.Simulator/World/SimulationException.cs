using FolderSync.Simulator.Histories;

namespace FolderSync.Simulator.World;

/// <summary>The simulated devices did what they never may.</summary>
internal sealed class SimulationException(string message) : Exception(message)
{
    public FailureKind Kind { get; init; } = FailureKind.Threw;
}
