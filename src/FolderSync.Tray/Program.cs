using System.CommandLine;
using System.Runtime.InteropServices;
using FolderSync.Tray;
using FolderSync.Tray.Icons;
using FolderSync.Tray.Linux;
using FolderSync.Tray.Logging;
using FolderSync.Tray.Model;
using FolderSync.Tray.Service;
using FolderSync.Tray.Windows;

const int Failed = 1;
const int BadInput = 2;

var homeOption = new Option<string?>("--home") { Description = "The service's home. Also $FOLDERSYNC_HOME.", HelpName = "DIR" };
var serviceOption = new Option<string?>("--service") { Description = "The service's program. Default: foldersync beside this one or on PATH.", HelpName = "FILE" };
var noServiceOption = new Option<bool>("--no-service") { Description = "Don't start the service; wait for one." };
var command = new RootCommand("FolderSync's icon in the desktop's tray. It starts the service if none is running, and then also stops it.")
{
    homeOption, serviceOption, noServiceOption,
};
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"foldersync-tray: {error.Message}");
    return BadInput;
}
command.SetAction((p, cancellation) => RunAsync(
    Path.GetFullPath(p.GetValue(homeOption) is { Length: > 0 } home ? home : TrayHome.Default(Environment.GetEnvironmentVariable)),
    p.GetValue(serviceOption), !p.GetValue(noServiceOption), cancellation));
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

static async Task<int> RunAsync(string home, string? service, bool mayStart, CancellationToken cancellation)
{
    using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        ending.Cancel();
    }
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
    try
    {
        using var held = TrayHome.Lock(home);
        await using var output = OperatingSystem.IsWindows() ? File.CreateText(Path.Combine(home, "tray.log")) : null;
        var log = new TrayLog(output ?? Console.Error);
        var icons = IconSet.Load();
        await using var icon = await IconAsync(icons, log, ending.Token);
        await using var process = new ServiceProcess(home, service);
        var watch = new ServiceMonitor(home, process, mayStart, TimeProvider.System);
        await new TrayProgram(watch, process, icon, new Desktop(), icons, log, TimeProvider.System).RunAsync(ending.Token);
        return 0;
    }
    catch (TrayException e)
    {
        Console.Error.WriteLine($"foldersync-tray: {e.Message}");
        // A program without a console has no other way to show it.
        if (OperatingSystem.IsWindows())
            _ = Native.MessageBox(0, e.Message, "FolderSync", Native.MbError);
        return Failed;
    }
}

static async Task<ITrayIcon> IconAsync(IconSet icons, TrayLog log, CancellationToken cancellation)
{
    if (OperatingSystem.IsWindows())
        return await ShellIcon.CreateAsync(icons, log);
    if (BusAddress.OfSession(Environment.GetEnvironmentVariable) is not { } address)
    {
        log.Write("There is no D-Bus session, so there is no icon and there are no notifications; the service keeps running.");
        return new NullTrayIcon(log);
    }
    try
    {
        return await StatusNotifierIcon.ConnectAsync(address, icons, log, cancellation);
    }
    catch (BusException e)
    {
        log.Write($"{e.Message} So there is no icon and there are no notifications; the service keeps running.");
        return new NullTrayIcon(log);
    }
}
