namespace FolderSync.Configuration.Yaml;

/// <summary>Something in a configuration file that a person should look at.</summary>
/// <param name="Line">From 1; 0 where the whole file is meant.</param>
/// <param name="Column">From 1; 0 where the whole file is meant.</param>
/// <param name="Message">A sentence: what is wrong.</param>
/// <param name="Hint">What to write instead; null where there is nothing to say.</param>
public sealed record ConfigProblem(string File, int Line, int Column, string Message, string? Hint)
{
    /// <summary>"file:line:column: message Hint", on one line.</summary>
    public override string ToString()
    {
        var place = Line > 0 ? $"{File}:{Line}:{Column}: " : $"{File}: ";
        return Hint is null ? place + Message : $"{place}{Message} {Hint}";
    }
}

/// <summary>A configuration that can't be taken. It is refused as a whole; <see cref="Problems"/> names every reason.</summary>
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

    /// <summary>The file is a newer version's: no earlier text may take its place, since the newer version goes on with the file.</summary>
    public bool IsNewer { get; init; }

    /// <summary>With one more to say at the end.</summary>
    public ConfigException And(ConfigProblem more) => new([.. Problems, more], this);
}
