using System.Text;

namespace FolderSync.CommandLine.Completion;

/// <summary>A half-typed command line, taken apart as a shell would.</summary>
/// <param name="Before">The whole words before the cursor, without the program's name.</param>
/// <param name="Current">The word at the cursor so far; "" behind a space.</param>
internal sealed record ShellWords(IReadOnlyList<string> Before, string Current)
{
    /// <param name="line">Up to the cursor, as it was typed.</param>
    /// <param name="backslashQuotes">A backslash quotes (not in Windows' shells, where it is in every path).</param>
    public static ShellWords Of(string line, bool backslashQuotes)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, began) = ('\0', false);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (quote != '\0' && c == quote)
                quote = '\0';
            else if (c == '\\' && backslashQuotes && i + 1 < line.Length && IsQuotedBy(quote, line[i + 1]))
                word.Append(line[++i]);
            else if (quote == '\0' && c is '"' or '\'')
                (quote, began) = (c, true);
            else if (quote == '\0' && c is ' ' or '\t')
                End();
            else
                word.Append(c);
        }
        if (words.Count == 0)
            return new ShellWords([], "");
        return new ShellWords(words[1..], word.ToString());

        // In double quotes a backslash stands for itself before most characters.
        static bool IsQuotedBy(char quote, char next) => quote == '\0' || (quote == '"' && next is '"' or '\\' or '$' or '`');

        void End()
        {
            if (word.Length > 0 || began)
                words.Add(word.ToString());
            word.Clear();
            began = false;
        }
    }
}
