namespace FolderSync.Engine.Primitives;

/// <summary>
/// Starts the engine's loops on contexts owned by the host: one serial context per loop in production, one pumped thread in the simulator.
/// </summary>
public interface IEngineScheduler
{
    /// <summary>Runs the loop; all its continuations stay on one serial context. The task ends with the loop.</summary>
    Task Start(string name, Func<Task> loop);
}
