using System.Reflection;
using FolderSync.Api.Events;
using FolderSync.Api.Service;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Store;
using FolderSync.Core.Model;
using FolderSync.Engine;
using FolderSync.Engine.Events;
using FolderSync.Engine.Status;
using FolderSync.Host.Service;
using FolderSync.Platform;
using FolderSync.Simulator.Stores;
using FolderSync.Testing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FolderSync.Host.Tests.Service;

/// <summary>An unexpected exception in each loop outside the engine is logged with its stack, and the loop restarts.</summary>
public sealed class ServiceLoopTests : IDisposable
{
    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-loops-").FullName);

    public ServiceLoopTests() => DurableFile.Write(_home.ConfigFile, InitialConfig.Text("laptop", "key"));

    public void Dispose() => Directory.Delete(_home.Path, recursive: true);

    [Fact]
    public async Task A_background_service_that_fails_starts_again()
    {
        using var service = new FailingService();
        await AssertStartsAgainAsync(service, service.Resumed.Task);
    }

    [Fact]
    public async Task Giving_memory_back_starts_again()
    {
        var time = new FaultyTime("MemoryTrimmer.ExecuteAsync", QuickTime.Instance);
        using var service = new MemoryTrimmer(time, time.GetTimestamp, () => { });
        await AssertStartsAgainAsync(service, time.Resumed);
    }

    [Fact]
    public async Task The_look_at_rates_starts_again()
    {
        var time = new FaultyTime("RateSampler.ExecuteAsync", QuickTime.Instance);
        using var service = new RateSampler(new RateMeter(() => [], () => new Dictionary<FolderId, long>(), time), time);
        await AssertStartsAgainAsync(service, time.Resumed);
    }

    [Fact]
    public async Task Events_of_folders_start_again()
    {
        var (engine, proxy) = FaultyEngine.Make("get_Events");
        using var service = new FolderEvents(engine, new EventBuffers(proxy.Log), TimeProvider.System);
        await AssertStartsAgainAsync(service, proxy.Resumed.Task);
    }

    [Fact]
    public async Task Collecting_problems_starts_again()
    {
        var (engine, proxy) = FaultyEngine.Make("get_Events");
        using var store = ConfigStore.Open(_home);
        var log = new LogBuffer(TimeProvider.System, LogLevel.Information);
        using var service = new ProblemCollector(engine, store, new ProblemStore(new MemoryStateStore(), TimeProvider.System), log, TimeProvider.System);
        await AssertStartsAgainAsync(service, proxy.Resumed.Task);
    }

    [Fact]
    public async Task The_end_of_a_pause_is_tried_again()
    {
        var time = new FaultyTime("PauseController.EndInTimeAsync");
        var log = new FaultLog<PauseController>();
        var (engine, _) = FaultyEngine.Make("none");
        await using var pause = new PauseController(engine, new MemoryStateStore(), time, log);
        await pause.PauseAsync(DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None);
        await time.Resumed.WaitAsync(TestLimits.Timeout);
        Assert.Contains(time.Fault, log.Faults);
        Assert.True(pause.IsPaused);
    }

    private static async Task AssertStartsAgainAsync<T>(T service, Task resumed)
        where T : BackgroundService
    {
        var log = new FaultLog<T>();
        var restarted = new RestartedService<T>(service, QuickTime.Instance, log);
        await restarted.StartAsync(CancellationToken.None);
        await resumed.WaitAsync(TestLimits.Timeout);
        await restarted.StopAsync(CancellationToken.None);
        Assert.Contains(log.Faults, f => f is InvalidOperationException && f.StackTrace?.Contains("FolderSync", StringComparison.Ordinal) == true);
    }

    private sealed class FailingService : BackgroundService
    {
        private bool _hasFailed;

        public TaskCompletionSource Resumed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            if (!_hasFailed)
            {
                _hasFailed = true;
                throw new InvalidOperationException("The service broke.");
            }
            Resumed.SetResult();
        }
    }

    /// <summary>An engine without folders; one of its members throws once.</summary>
    public class FaultyEngine : DispatchProxy
    {
        private string _member = "";
        private bool _hasFailed;

        public TaskCompletionSource Resumed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EventLog Log { get; } = new(TimeProvider.System);

        public static (ISyncEngine Engine, FaultyEngine Proxy) Make(string member)
        {
            var engine = Create<ISyncEngine, FaultyEngine>();
            var proxy = (FaultyEngine)(object)engine;
            proxy._member = member;
            return (engine, proxy);
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == _member && !_hasFailed)
            {
                _hasFailed = true;
                throw new InvalidOperationException("The engine broke.");
            }
            if (targetMethod.Name == _member)
                Resumed.TrySetResult();
            return targetMethod.Name switch
            {
                "get_Events" => Log,
                "get_Folders" => Array.Empty<FolderSnapshot>(),
                "get_Devices" => Array.Empty<DeviceSnapshot>(),
                "get_ListenErrors" => new Dictionary<string, string>(),
                _ => targetMethod.ReturnType == typeof(Task) ? Task.CompletedTask : null,
            };
        }
    }

    private sealed class FaultLog<T> : ILogger<T>
    {
        private readonly Lock _lock = new();
        private readonly List<Exception> _faults = [];

        public IReadOnlyList<Exception> Faults
        {
            get
            {
                lock (_lock)
                    return [.. _faults];
            }
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel < LogLevel.Error || exception is null)
                return;
            lock (_lock)
                _faults.Add(exception);
        }
    }
}
