namespace FolderSync.Tray.Model;

internal enum NoticeKind
{
    Pairing,
    Offer,
    Conflict,
    Error,
}

/// <summary>A notification. The text is plain: names are made safe, markup is escaped by who shows it.</summary>
/// <param name="Key">One notice a key is shown at a time.</param>
internal sealed record Notice(string Key, NoticeKind Kind, string Title, string Text, TrayAction OnClick);

/// <summary>Notifies about each fact once, and about several of a kind together.</summary>
internal sealed class Notices
{
    private HashSet<string>? _shown;

    /// <summary>
    /// The facts that are new since the last call. Older facts from before the tray's start only change the icon, except for other users' requests,
    /// who may be waiting at their device.
    /// </summary>
    public IReadOnlyList<Notice> TakeNew(Overview o)
    {
        var facts = Facts(o).ToList();
        var isFirst = _shown is null;
        var told = _shown ?? [];
        var news = facts.Where(f => !told.Contains(f.Key) && IsOn(o.Notifications, f.Kind) && !(isFirst && f.Kind is NoticeKind.Conflict or NoticeKind.Error)).ToList();
        // A fact that ends and returns is new again. Facts of a disabled kind aren't announced later.
        _shown = [.. facts.Select(f => f.Key)];
        return [.. news.GroupBy(f => f.Group).Select(g => g.Count() == 1 ? g.First().Alone : g.First().Many(g.Count()))];
    }

    private static bool IsOn(NoticeSwitches on, NoticeKind kind) => kind switch
    {
        NoticeKind.Pairing => on.Pairing,
        NoticeKind.Offer => on.Offers,
        NoticeKind.Conflict => on.Conflicts,
        _ => on.Errors,
    };

    private static IEnumerable<Fact> Facts(Overview o)
    {
        foreach (var r in o.PairingRequests)
        {
            yield return new Fact($"pairing {r.Device}", "pairing", NoticeKind.Pairing,
                new Notice($"pairing {r.Device}", NoticeKind.Pairing, $"{TrayText.Device(r.Name, r.Device)} asks to pair", $"Device {r.Device.Split('-')[0]}… Click to answer.", PageViews.Pair),
                n => new Notice("pairing", NoticeKind.Pairing, $"{n} devices ask to pair", "Click to answer.", PageViews.Pair));
        }
        foreach (var f in o.Offers)
        {
            yield return new Fact($"offer {f.Folder} {f.Device}", "offer", NoticeKind.Offer,
                new Notice($"offer {f.Folder}", NoticeKind.Offer, $"{TrayText.Device(f.DeviceName, f.Device)} offers a folder", $"{TrayText.Name(f.Label)}. Click to accept or ignore it.", PageViews.Pair),
                n => new Notice("offer", NoticeKind.Offer, $"{n} folders are offered", "Click to accept or ignore them.", PageViews.Pair));
        }
        foreach (var c in o.Conflicts)
        {
            yield return new Fact($"conflict {c.Folder}/{c.Copy}", $"conflict {c.Folder}", NoticeKind.Conflict,
                new Notice($"conflict {c.Folder}", NoticeKind.Conflict, $"A conflict in {TrayText.Name(c.FolderName)}", $"{TrayText.Name(c.Copy)} keeps the other version. Click to choose.", PageViews.Conflicts),
                n => new Notice($"conflict {c.Folder}", NoticeKind.Conflict, $"{n} conflicts in {TrayText.Name(c.FolderName)}", "Each copy keeps the other version. Click to choose.", PageViews.Conflicts));
        }
        foreach (var f in o.Folders.Where(f => f.HasError))
        {
            yield return new Fact($"folder-error {f.Id} {f.Error}", $"folder-error {f.Id}", NoticeKind.Error,
                new Notice($"folder-error {f.Id}", NoticeKind.Error, $"{TrayText.Name(f.Name)} has stopped", Describe(f.Error), PageViews.Folder(f.Id)), _ => throw new InvalidOperationException("A folder has one error."));
        }
        foreach (var f in o.Folders.Where(f => f.IsHeld))
        {
            yield return new Fact($"held {f.Id}", $"held {f.Id}", NoticeKind.Error,
                new Notice($"held {f.Id}", NoticeKind.Error, $"Many files of {TrayText.Name(f.Name)} were changed or deleted at once", "It is not carried out until you decide. Click to see which files.", PageViews.Folder(f.Id)),
                _ => throw new InvalidOperationException("A folder is held once."));
        }
        foreach (var p in o.Problems.Where(p => p.IsError))
        {
            yield return new Fact($"problem {p.Id}", "problem", NoticeKind.Error,
                new Notice("problem", NoticeKind.Error, "FolderSync has a problem", Describe(p.Text), PageViews.Problems),
                n => new Notice("problem", NoticeKind.Error, $"FolderSync has {n} new problems", Describe(p.Text), PageViews.Problems));
        }
    }

    private static string Describe(string text) => string.Join(' ', text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries).Take(3).Select(l => Cut(l)));

    private static string Cut(string line) => TrayText.Name(line, 200);

    private sealed record Fact(string Key, string Group, NoticeKind Kind, Notice Alone, Func<int, Notice> Many);
}
