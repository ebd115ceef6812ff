namespace FolderSync.Configuration.Yaml;

/// <summary>A problem in a configuration file that the user should look at.</summary>
/// <param name="Line">From 1; 0 for the whole file.</param>
/// <param name="Column">From 1; 0 for the whole file.</param>
/// <param name="Message">A sentence: what is wrong.</param>
/// <param name="Hint">What to write instead, or null.</param>
public sealed record ConfigProblem(string File, int Line, int Column, string Message, string? Hint)
{
    /// <summary>"file:line:column: message Hint", on one line.</summary>
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}:{Column}: " : $"{File}: ";
        return Hint is null ? place + Message : $"{place}{Message} {Hint}";
    }
}

/// <summary>An invalid configuration. It is refused as a whole; <see cref="Problems"/> lists every reason.</summary>
public sealed class ConfigException : Exception
{
    public ConfigException(IReadOnlyList<ConfigProblem> problems, Exception? inner = null)
        : base(string.Join(Environment.NewLine, problems), inner) => Problems = problems;

    public ConfigException(string file, int line, int column, string message, string? hint = null, Exception? inner = null)
        : this([new ConfigProblem(file, line, column, message, hint)], inner)
    {
    }

    /// <summary>At least one, in the file's order.</summary>
    public IReadOnlyList<ConfigProblem> Problems { get; }

    public ConfigProblem First => Problems[0];

    /// <summary>The file belongs to a newer version: no earlier text may replace it, since the newer version continues with the file.</summary>
    public bool IsNewer { get; init; }

    /// <summary>Appends another problem.</summary>
    public ConfigException And(ConfigProblem more) => new([.. Problems, more], this);
}
