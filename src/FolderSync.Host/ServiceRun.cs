using FolderSync.Api.Access;
using FolderSync.Api.Service;
using FolderSync.CommandLine.Commands;
using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;
using FolderSync.Contracts;
using FolderSync.Host.Service;
using FolderSync.Index;
using FolderSync.Index.State;
using FolderSync.Platform;

namespace FolderSync.Host;

/// <summary>One run of the service, from locking its home directory to its last log message.</summary>
internal static class ServiceRun
{
    /// <summary>Ends on a signal or a REST request; starts over when REST requested a restart.</summary>
    /// <exception cref="ServiceStartException">It can't start.</exception>
    /// <exception cref="ConfigException">The configuration is invalid.</exception>
    public static async Task RunAsync(ServeOptions options, CancellationToken cancellation)
    {
        while (await RunOnceAsync(options, cancellation) && !cancellation.IsCancellationRequested)
            options = options with { NoBrowser = true };
    }

    /// <returns>True when another run is requested.</returns>
    private static async Task<bool> RunOnceAsync(ServeOptions options, CancellationToken cancellation)
    {
        var home = options.Home;
        using var startLog = new LogWriter(Console.Error, TimeProvider.System, LogWriter.IsJournal(Environment.GetEnvironmentVariable));
        var log = startLog.CreateLogger("FolderSync.Service");
        using var homeLock = HomeLock.Acquire(home, "Use that one, or give this one its own home with --home.");
        var ready = await HomeSetup.EnsureAsync(home, null, cancellation);
        foreach (var warning in ready.Warnings)
            Log.IdentityWarning(log, warning);
        Log.Starting(log, ProgramVersion.Number, ready.Identity.DeviceId.ToString(), home.Path);
        foreach (var warning in ConfigOverrides.FindMisspelled(Environment.GetEnvironmentVariables().Keys.Cast<string>()))
            Log.VariableWarning(log, warning);
        foreach (var set in options.Overrides.All)
            Log.Overridden(log, $"{set.Section}.{set.Option}", set.Source);

        using var config = ConfigStore.Open(home, options.Overrides, ready.Identity.DeviceId);
        RefuseNewerState(home);
        ConfigJsonSchema.WriteTo(home);
        if (config.Current.Page.ApiKey.Length == 0)
            await config.SetOptionAsync(ConfigSchema.PageSection, "api-key", InitialConfig.ApiKey(), "made at the start", cancellation);
        var (address, pagePort) = config.Current.Page.Enabled ? await PortReservation.ReservePagePortAsync(config, log, cancellation) : (config.Current.Page.Address, null);
        using var ports = new ReservedPorts(pagePort, await PortReservation.ReservePeerPortAsync(config, log, cancellation));

        var page = config.Current.Page with { Address = address };
        var url = page.Enabled ? Url(page, address) : "";
        var running = new PageEndpoint(page, url, options.Overrides.All.Any(o => o is { Section: ConfigSchema.PageSection, Option: "address" or "api-key" }));
        using var clients = new SyncthingClientConfig(config, ready.Identity.DeviceId, page, log);
        using var certificate = page is { Tls: true, Enabled: true } ? HttpsCertificate.LoadOrCreate(home) : null;
        await using var app = Composition.Build(options, config, ready.Identity, running, ports, certificate?.Certificate);
        await app.StartAsync(cancellation);
        // Log it as the service, so that it becomes a problem, too.
        var serviceLog = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("FolderSync.Service");
        using var unobserved = new UnobservedTaskLogger(serviceLog);
        if (certificate?.Warning is { } flaw)
            Log.PageCertificate(serviceLog, flaw);
        var reachedAt = new ServiceAddress(url, page.ApiKey, Environment.ProcessId, certificate?.Certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256))
        {
            Overrides = [.. config.Overrides.All.Select(o => new OverriddenOption(o.Section, o.Option, o.Value, o.Source))],
        };
        await using var runtimeFile = new RuntimeFile(home, reachedAt, TimeProvider.System, serviceLog);
        void FollowKey(ConfigChange change) => runtimeFile.Update(reachedAt with { ApiKey = running.KeyWith(change.New.Page) });
        config.Changed += FollowKey;
        try
        {
            if (page.Enabled)
                ShowPage(url, app.Services.GetRequiredService<PageLinks>(), !options.NoBrowser && page.OpenBrowser, log);
            else
                Log.PageOff(log);
            await app.WaitForShutdownAsync(cancellation);
        }
        finally
        {
            config.Changed -= FollowKey;
            runtimeFile.Delete();
        }
        Log.Ended(log);
        return app.Services.GetRequiredService<ServiceShutdown>().RestartRequested;
    }

    /// <summary>Runs before anything in the home directory is changed.</summary>
    private static void RefuseNewerState(HomeDirectory home)
    {
        try
        {
            LiteStateStore.ThrowIfNewer(home.StateFile);
        }
        catch (NewerFormatException e)
        {
            throw new ServiceStartException(e.Message, e);
        }
    }

    /// <summary>The URL for programs on this computer.</summary>
    private static string Url(PageConfig page, string hostAndPort)
    {
        ConfigAddress.TrySplit(hostAndPort, out var host, out var port);
        var reached = host is "" or "*" or "0.0.0.0" or "::" ? "127.0.0.1" : host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        return $"{(page.Tls ? "https" : "http")}://{reached}:{port}/";
    }

    /// <summary>
    /// Prints a link that opens the page, on a terminal only: a log or a journal is read by others, and keeps it. Opens the browser in a desktop session.
    /// </summary>
    private static void ShowPage(string url, PageLinks links, bool opensBrowser, ILogger log)
    {
        Log.PageAt(log, url);
        if (links.AreInUse && !Console.IsOutputRedirected)
            Console.Out.WriteLine($"Open the page: {links.Create("", isPrinted: true)}{Environment.NewLine}The link works once, for ten minutes. Later: foldersync open");
        var desktop = OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } ||
            Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
        if (opensBrowser && desktop && !Console.IsErrorRedirected && !Console.IsInputRedirected && Environment.UserInteractive)
            Browser.Open(links.Create("", isPrinted: false));
    }
}
