using System.Collections.Concurrent;

namespace FolderSync.Host.Service;

/// <summary>From which level each area's log entries are written; changed while the service runs. An area is a class that logs. Thread-safe.</summary>
internal sealed class LogLevels(LogLevel usual)
{
    private readonly ConcurrentDictionary<string, LogLevel> _areas = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.OrdinalIgnoreCase);

    public LogLevel Usual => usual;

    /// <summary>Every area that has logged or may, with its level.</summary>
    public IReadOnlyList<(string Area, LogLevel Level)> All => [.. _known.Keys.Order(StringComparer.Ordinal).Select(a => (a, Of(a)))];

    public LogLevel Of(string area) => _areas.GetValueOrDefault(area, usual);

    public bool IsKnown(string area) => _known.ContainsKey(area);

    public void Note(string area) => _known.TryAdd(area, true);

    /// <param name="level">Null: as the others.</param>
    public void Set(string area, LogLevel? level)
    {
        if (level is { } given)
            _areas[area] = given;
        else
            _areas.TryRemove(area, out _);
    }

    public bool Allows(string? category, LogLevel level) => level >= Of(AreaOf(category ?? ""));

    public static string AreaOf(string category) => category[(category.LastIndexOf('.') + 1)..];
}
