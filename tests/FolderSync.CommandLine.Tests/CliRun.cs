using FolderSync.CommandLine.Commands;
using FolderSync.CommandLine.Shell;
using FolderSync.Configuration.Home;

namespace FolderSync.CommandLine.Tests;

/// <summary>Runs the command line in this process, on a temporary home.</summary>
internal sealed class CliRun : IDisposable
{
    public CliRun() => Directory = System.IO.Directory.CreateTempSubdirectory("foldersync-cli-").FullName;

    public string Directory { get; }

    public string Home => Path.Combine(Directory, "home");

    public Dictionary<string, string> Variables { get; } = [];

    public CliContext Context(TextWriter output, TextWriter error) => new(output, error,
        name => name == HomeDirectory.Variable && !Variables.ContainsKey(name) ? Home : Variables.GetValueOrDefault(name), IsTerminal: false, Directory)
    {
        In = TextReader.Null,
    };

    public async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var code = await CommandLineProgram.RunAsync(args, Context(output, error), NoService);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>What serves is another project's.</summary>
    public static Task NoService(ServeOptions options, CancellationToken cancellation) => throw new InvalidOperationException("No service is to be started here.");

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
