using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace FolderSync.CommandLine.Shell;

/// <summary>Options of commands with long lists: a page, or the service's JSON.</summary>
internal sealed class Paging
{
    private const int MaxPerPage = 1000;

    private readonly Option<int> _page = new("--page") { Description = "Which page. Default: 1.", DefaultValueFactory = _ => 1, HelpName = "N" };
    private readonly Option<int> _perPage = new("--per-page") { Description = "Items per page, up to 1000. Default: 100.", DefaultValueFactory = _ => 100, HelpName = "N" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the page as JSON." };

    public void AddTo(Command command)
    {
        command.Add(_page);
        command.Add(_perPage);
        command.Add(_json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    /// <exception cref="CliException">They are out of range.</exception>
    public (int Page, int PerPage) Of(ParseResult parsed) => (parsed.GetValue(_page), parsed.GetValue(_perPage)) is ( >= 1, >= 1 and <= MaxPerPage) and var both
        ? both
        : throw CliException.BadInput($"Pages count from 1, and have 1 to {MaxPerPage} items.");

    /// <summary>"Items 1–100 of 1,233; the next: --page 2."; nothing if all are shown.</summary>
    public static async Task WriteRangeAsync(CliContext context, long total, int page, int perPage, int shown)
    {
        if (total <= shown && page == 1)
            return;
        var first = (page - 1L) * perPage + 1;
        var last = first + shown - 1;
        await context.Out.WriteLineAsync(shown == 0
            ? string.Create(CultureInfo.InvariantCulture, $"There is no page {page}: {total:N0} in all.")
            : string.Create(CultureInfo.InvariantCulture, $"{first:N0} to {last:N0} of {total:N0}{(last < total ? $"; the next: --page {page + 1}" : "")}."));
    }

    public static Task PrintAsync<T>(CliContext context, T value, JsonTypeInfo<T> type) => context.Out.WriteLineAsync(JsonSerializer.Serialize(value, type));
}
