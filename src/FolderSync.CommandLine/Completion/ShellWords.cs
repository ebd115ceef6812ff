using System.Text;

namespace FolderSync.CommandLine.Completion;

/// <summary>A partial command line, split like a shell does it.</summary>
/// <param name="Before">The complete words before the cursor, without the program's name.</param>
/// <param name="Current">The partial word at the cursor; "" after a space.</param>
internal sealed record ShellWords(IReadOnlyList<string> Before, string Current)
{
    /// <param name="line">The typed line up to the cursor.</param>
    /// <param name="backslashQuotes">A backslash quotes (except in Windows' shells, where every path has one).</param>
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
