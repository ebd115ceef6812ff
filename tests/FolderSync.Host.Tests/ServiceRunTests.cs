using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FolderSync.CommandLine;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;
using FolderSync.Platform;
using FolderSync.Testing;
using Xunit;

namespace FolderSync.Host.Tests;

/// <summary>`serve` where the service can't start: one sentence that says why.</summary>
public sealed class ServiceRunTests : IDisposable
{
    private readonly HomeDirectory _home = new(Directory.CreateTempSubdirectory("foldersync-serve-").FullName);

    public void Dispose() => Directory.Delete(_home.Path, recursive: true);

    /// <summary>The words are English, and so are the numbers, wherever the computer stands.</summary>
    [Fact]
    public async Task The_program_writes_numbers_alike_in_every_country()
    {
        var big = Path.Combine(_home.Path, "big.yaml");
        File.WriteAllText(big, new string('#', (1 << 20) + 1));
        using var program = Process.Start(new ProcessStartInfo("dotnet", [typeof(ServiceRun).Assembly.Location, "config", "check", big, "--home", _home.Path])
        {
            Environment = { ["LC_ALL"] = "de_DE.UTF-8" },
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = await program.StandardError.ReadToEndAsync().WaitAsync(TestLimits.Timeout);
        Assert.Contains("1,048,577", error, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var context = new CliContext(output, error, name => name == HomeDirectory.Variable ? _home.Path : null, IsTerminal: false, _home.Path);
        var code = await CommandLineProgram.RunAsync(args, context, ServiceRun.RunAsync);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task A_broken_configuration_is_named_with_line_and_column()
    {
        await RunAsync("init");
        File.AppendAllText(_home.ConfigFile, "page: {}\n");
        var (code, _, error) = await RunAsync("serve", "--no-browser");
        Assert.Equal(2, code);
        Assert.Matches(@"config\.yaml:\d+:1: 'page' is a duplicate key", error);
    }

    [Fact]
    public async Task A_taken_address_that_was_given_is_refused()
    {
        await RunAsync("init");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var (code, _, error) = await RunAsync("serve", "--no-browser", "--gui-address", taken.LocalEndpoint.ToString()!);
        Assert.Equal(2, code);
        Assert.Contains("is taken by another program", error, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("serve", "--no-browser", "--gui-address", "nonsense")).Code);
    }

    [Fact]
    public async Task A_second_service_on_a_home_says_who_has_it()
    {
        await RunAsync("init");
        using var first = FileLock.TryAcquire(_home.LockFile, out _);
        var (code, _, error) = await RunAsync("serve", "--no-browser");
        Assert.Equal(2, code);
        Assert.Contains($"process {Environment.ProcessId}", error, StringComparison.Ordinal);
    }
}
