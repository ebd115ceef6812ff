using System.Security.Cryptography;
using FolderSync.Engine.Hosting;
using FolderSync.Engine.Primitives;

namespace FolderSync.Host.Service;

/// <summary>Runs each loop of the engine on a serial context of its own, on the thread pool.</summary>
internal sealed class SerialScheduler : IEngineScheduler
{
    public Task Start(string name, Func<Task> loop) => Task.Factory.StartNew(
        loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();
}

/// <summary>The system's random numbers.</summary>
internal sealed class SystemRandom : IRandomSource
{
    public int Next(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);

    public ulong NextUInt64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return BitConverter.ToUInt64(bytes);
    }
}
