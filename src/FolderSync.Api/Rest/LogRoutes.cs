using System.Globalization;
using System.Text.Json.Nodes;
using FolderSync.Api.Http;
using FolderSync.Api.Service;
using FolderSync.Contracts;
using FolderSync.Core.Text;
using FolderSync.Index;

namespace FolderSync.Api.Rest;

/// <summary>/rest/system/log, loglevels and debug, error: what the service has to say of itself.</summary>
internal sealed class LogRoutes(LogBuffer book, RecentErrors errors, IStateStore state, ILogger log) : IRoutes
{
    private const int MaxError = 4096;

    private static readonly (string Word, LogLevel Level)[] Words =
        [("DEBUG", LogLevel.Debug), ("INFO", LogLevel.Information), ("WARN", LogLevel.Warning), ("ERROR", LogLevel.Error)];

    public void Map(RouteGroupBuilder rest)
    {
        rest.MapGet("/system/log", (string? since) => RestJson.Of(new LogMessages(Messages(Entries(since))), RestJson.Types.LogMessages));
        rest.MapGet("/system/log.txt", (string? since) => Results.Text(
            string.Concat(Entries(since).Select(e => $"{RestJson.Time(e.Time)}: {PrintableText.Escape(e.Text)}\n")), "text/plain; charset=utf-8"));
        rest.MapGet("/system/error", (string? since) => RestJson.Of(new ErrorMessages(Messages(After(errors.All, since))), RestJson.Types.ErrorMessages));
        rest.MapPost("/system/error", ConfigChanges.Handler(PostErrorAsync));
        rest.MapPost("/system/error/clear", () =>
        {
            errors.Clear();
            return RestJson.Empty();
        });
        rest.MapGet("/system/loglevels", () => RestJson.Of(new LogLevels(Facilities(), Levels()), RestJson.Types.LogLevels));
        rest.MapPost("/system/loglevels", ConfigChanges.Handler(SetLevelsAsync));
        rest.MapGet("/system/debug", () => RestJson.Of(
            new DebugAreas([.. book.Levels.Where(a => a.Value <= LogLevel.Debug).Select(a => a.Key)], Facilities()), RestJson.Types.DebugAreas));
        rest.MapPost("/system/debug", (string? enable, string? disable) => SetDebug(enable, disable));
    }

    private static IReadOnlyList<LogMessage> Messages(IEnumerable<LogEntry> entries) => [.. entries.Select(e => new LogMessage(e.Time, e.Text, Level(e.Level)))];

    private static int Level(LogLevel level) => level switch
    {
        <= LogLevel.Debug => 0,
        LogLevel.Information => 2,
        _ => 3,
    };

    private async Task<IResult> PostErrorAsync(HttpContext context)
    {
        if ((await RestJson.TextAsync(context.Request, MaxError)).Trim() is not { Length: > 0 } text)
            throw new BadHttpRequestException("Say what happened: the body is the error's text.");
        Log.Posted(log, text);
        return RestJson.Empty();
    }

    private async Task<IResult> SetLevelsAsync(HttpContext context)
    {
        var changes = new List<(string Area, LogLevel Level)>();
        foreach (var (area, value) in await RestJson.ObjectAsync(context.Request))
        {
            var word = Words.FirstOrDefault(w => value is JsonValue v && v.TryGetValue<string>(out var text) && w.Word.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (word.Word is null)
                throw new BadHttpRequestException($"'{area}' is to be one of {string.Join(", ", Words.Select(w => w.Word))}.");
            changes.Add((Known(area), word.Level));
        }
        book.SetLevels(changes.ToDictionary(c => c.Area, c => c.Level), state);
        return RestJson.Empty();
    }

    private IResult SetDebug(string? enable, string? disable)
    {
        static string[] Split(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var (on, off) = (Split(enable).Select(Known).ToList(), Split(disable).Select(Known).ToList());
        book.SetLevels(on.Distinct().ToDictionary(a => a, _ => LogLevel.Debug), state);
        book.SetLevels(off.Distinct().ToDictionary(a => a, _ => LogLevel.Information), state);
        return RestJson.Empty();
    }

    private string Known(string area) =>
        book.Levels.ContainsKey(area) ? area : throw new NotFoundException($"There is no log area '{area}'. There are: {string.Join(", ", book.Levels.Keys.Order(StringComparer.Ordinal))}.");

    private IReadOnlyDictionary<string, string> Facilities() => book.Levels.Keys.Order(StringComparer.Ordinal).ToDictionary(a => a, What);

    private IReadOnlyDictionary<string, string> Levels() => book.Levels.OrderBy(l => l.Key, StringComparer.Ordinal).ToDictionary(
        l => l.Key, l => l.Value <= LogLevel.Debug ? "DEBUG" : Words.Where(w => w.Level >= l.Value).Select(w => w.Word).FirstOrDefault() ?? "ERROR");

    private static string What(string area) => area switch
    {
        "folders" => "Scanning, bringing files in",
        "peers" => "Connections with other devices",
        "index" => "What every device has",
        "network" => "Sockets, TLS, the protocol",
        "disk" => "Reading and writing files",
        "rest" => "The REST interface",
        "web" => "The HTTP server",
        "service" => "Start, configuration, logins",
        _ => area,
    };

    private IReadOnlyList<LogEntry> Entries(string? since) => After(book.Since(0, LogBuffer.Kept), since);

    private static List<LogEntry> After(IReadOnlyList<LogEntry> entries, string? since) => Since(since) is { } time ? [.. entries.Where(e => e.Time > time)] : [.. entries];

    private static DateTimeOffset? Since(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw new BadHttpRequestException($"since: '{text}' is no time as RFC 3339 writes it, such as 2026-01-31T12:00:00Z.");
}
