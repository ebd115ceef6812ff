using System.Globalization;
using System.Text;

namespace FolderSync.Api.Rest;

/// <summary>Figures in Prometheus' text format 0.0.4.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    /// <param name="kind">gauge or counter.</param>
    public void Add(string name, string kind, string help, params IEnumerable<((string Name, string Value)[] Labels, double Value)> samples)
    {
        _text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {kind}\n");
        foreach (var (labels, value) in samples)
        {
            _text.Append(name);
            if (labels.Length > 0)
                _text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Name}=\"{Escaped(l.Value)}\"")).Append('}');
            _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }
    }

    public override string ToString() => _text.ToString();

    private static string Escaped(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
