using FolderSync.Configuration.Home;
using FolderSync.Configuration.Schema;
using FolderSync.Configuration.Store;
using FolderSync.Configuration.Yaml;

namespace FolderSync.Configuration.Checks;

/// <summary>The result for a valid configuration file.</summary>
public sealed record FileCheck(int Folders, int Devices, IReadOnlyList<ConfigProblem> Warnings)
{
    /// <summary>Checks the file itself, without falling back to the last good one.</summary>
    /// <param name="path">The home's config.yaml or another file.</param>
    /// <exception cref="ConfigException">Lists what is wrong with it.</exception>
    /// <exception cref="IOException"/>
    public static FileCheck Of(string path, HomeDirectory home, ConfigOverrides overrides)
    {
        if (path == home.ConfigFile)
        {
            var state = ConfigState.Parse(home, ConfigState.ReadFile(home), overrides);
            return Of(state.Configuration, state.Warnings);
        }
        var read = ConfigReader.Read(path, ConfigDocument.Parse(path, TextFile.Decode(path, File.ReadAllBytes(path))), home);
        return Of(read.Configuration, read.Warnings);
    }

    private static FileCheck Of(ServiceConfig config, IReadOnlyList<ConfigProblem> warnings) => new(config.Engine.Folders.Length, config.Engine.Devices.Length, warnings);
}
