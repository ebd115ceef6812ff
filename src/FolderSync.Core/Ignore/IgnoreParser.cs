using System.Text;

namespace FolderSync.Core.Ignore;

/// <summary>The platform-dependent part of the pattern language.</summary>
/// <param name="FoldCase">Every pattern is case-insensitive, as if it started with (?i).</param>
/// <param name="BackslashSeparates">A backslash is a separator and '|' escapes, unless the file says <c>#escape=\</c>.</param>
public readonly record struct IgnoreDialect(bool FoldCase, bool BackslashSeparates)
{
    public static IgnoreDialect Unix => default;

    public static IgnoreDialect MacOS => new(FoldCase: true, BackslashSeparates: false);

    public static IgnoreDialect Windows => new(FoldCase: true, BackslashSeparates: true);

    public static IgnoreDialect OfThisSystem => OperatingSystem.IsWindows() ? Windows : OperatingSystem.IsMacOS() ? MacOS : Unix;
}

/// <summary>Parses Syncthing's <c>.stignore</c> language.</summary>
public static class IgnoreParser
{
    private const int MaxIncludeDepth = 32;

    private const string EscapeDirective = "#escape";

    private const string IncludeDirective = "#include";

    /// <summary>Never throws for the files' content: <see cref="IgnoreRules.Errors"/> lists what is wrong.</summary>
    /// <param name="lines">The lines of the <c>.stignore</c>.</param>
    /// <param name="include">
    /// Reads an included file: its path from the folder's root, in clean form with '/'; null: there is none. Null here: no file can be.
    /// </param>
    public static IgnoreRules Parse(
        IReadOnlyList<string> lines, Func<string, IReadOnlyList<string>?>? include = null, IgnoreDialect dialect = default)
    {
        var reading = new FileParser(include, dialect);
        reading.ReadFile(InternalNames.IgnoreFile, lines);
        return new IgnoreRules(lines, reading.Lines, reading.Errors, reading.Included);
    }

    /// <summary>Parses one ignore file and everything that it includes.</summary>
    private sealed class FileParser(Func<string, IReadOnlyList<string>?>? include, IgnoreDialect dialect)
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        private readonly HashSet<string> _included = new(StringComparer.Ordinal);

        /// <summary>Files that are included, whether they are there or not.</summary>
        public IReadOnlyCollection<string> Included => _included;

        /// <summary>The files being parsed, each included by the one before it.</summary>
        private readonly List<string> _open = [];

        public List<IgnoreLine> Lines { get; } = [];

        public List<IgnoreError> Errors { get; } = [];

        public void ReadFile(string file, IReadOnlyList<string> lines)
        {
            _open.Add(file);
            var escape = dialect.BackslashSeparates ? new Rune('|') : new Rune('\\');
            bool escapeSeen = false, patternSeen = false;
            for (var i = 0; i < lines.Count; i++)
            {
                var line = (i == 0 ? lines[i].TrimStart('\uFEFF') : lines[i]).Trim();
                if (line.Length == 0 || line.StartsWith("//", StringComparison.Ordinal))
                    continue;
                try
                {
                    if (line.StartsWith(EscapeDirective, StringComparison.Ordinal))
                    {
                        escape = ReadEscape(line, escapeSeen, patternSeen);
                        escapeSeen = true;
                    }
                    else if (line.StartsWith(IncludeDirective, StringComparison.Ordinal))
                    {
                        Include(file, line[IncludeDirective.Length..]);
                    }
                    else
                    {
                        patternSeen = true;
                        AddPattern(line, escape, new IgnorePattern(line, file, i + 1));
                    }
                }
                catch (FormatException e)
                {
                    Errors.Add(new IgnoreError(file, i + 1, e.Message));
                }
            }
            _open.RemoveAt(_open.Count - 1);
        }

        private static Rune ReadEscape(string line, bool escapeSeen, bool patternSeen)
        {
            if (escapeSeen)
                throw new FormatException("A file can have only one #escape= line.");
            if (patternSeen)
                throw new FormatException("The #escape= line must come before the first pattern.");
            var rest = line.AsSpan(EscapeDirective.Length).Trim();
            if (rest.StartsWith("="))
            {
                rest = rest[1..].Trim();
                if (Rune.DecodeFromUtf16(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done && used == rest.Length)
                    return rune;
            }
            throw new FormatException("This must be #escape= and one character.");
        }

        private void Include(string from, string argument)
        {
            if (argument.Trim() is not { Length: > 0 } path || !char.IsWhiteSpace(argument[0]))
                throw new FormatException("#include must be followed by a space and a file name.");
            var target = Resolve(from, dialect.BackslashSeparates ? path.Replace('\\', '/') : path);
            if (_open.Contains(target))
                throw new FormatException($"{string.Join(" includes ", [.. _open, target])}: that never ends.");
            if (!_included.Add(target))
                return;
            if (_open.Count > MaxIncludeDepth)
                throw new FormatException($"Files are included more than {MaxIncludeDepth} deep.");
            var lines = include?.Invoke(target) ?? throw new FormatException($"The included file {target} does not exist.");
            ReadFile(target, lines);
        }

        /// <summary>Relative to the including file's directory. A leading slash makes no difference, as in Syncthing.</summary>
        private static string Resolve(string from, string path)
        {
            var parts = new List<string>(from.Split('/')[..^1]);
            foreach (var part in path.Split('/'))
            {
                if (part is "" or ".")
                    continue;
                if (part != "..")
                    parts.Add(part);
                else if (parts.Count > 0)
                    parts.RemoveAt(parts.Count - 1);
                else
                    throw new FormatException($"The included file {path} is outside of the folder; only files in the folder can be included.");
            }
            return parts.Count > 0 ? string.Join('/', parts) : throw new FormatException($"{path} is not a file that can be included.");
        }

        private void AddPattern(string line, Rune escape, IgnorePattern pattern)
        {
            if (line.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && line.EnumerateRunes().Contains(Rune.ReplacementChar))
                throw new FormatException("The line is not proper Unicode; an ignore file must be UTF-8.");
            var text = WithBackslashEscapes(line, escape).Normalize(NormalizationForm.FormC);
            if (_seen.Add(text))
                Lines.Add(IgnoreLine.Compile(text, pattern, dialect.FoldCase));
        }

        /// <summary>
        /// A doubled escape character is the character itself. The platform's separators become '/', unless the backslash escapes.
        /// </summary>
        private string WithBackslashEscapes(string line, Rune escape)
        {
            if (escape.Value == '\\')
                return line;
            var character = escape.ToString();
            if (dialect.BackslashSeparates)
                line = line.Replace('\\', '/');
            return line.Replace(character, @"\", StringComparison.Ordinal).Replace(@"\\", @"\" + character, StringComparison.Ordinal);
        }
    }
}
