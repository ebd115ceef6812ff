using FolderSync.Simulator.Histories;

namespace FolderSync.Simulator.World;

/// <summary>The simulated devices did something forbidden.</summary>
internal sealed class SimulationException(string message) : Exception(message)
{
    public FailureKind Kind { get; init; } = FailureKind.Threw;
}
