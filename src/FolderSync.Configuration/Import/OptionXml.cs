using System.Globalization;
using System.Xml.Linq;
using FolderSync.Configuration.Schema;

namespace FolderSync.Configuration.Import;

/// <summary>Reads options from Syncthing's config.xml by their rows. Unreadable values keep the seed's.</summary>
internal static class OptionXml
{
    /// <param name="scope">The object of Syncthing's API that the element represents.</param>
    public static T Read<T>(IEnumerable<SyncthingField<T>> fields, string scope, XElement xml, T seed) =>
        fields.Where(f => f is { Import: not null, IsImportedByHand: false } && f.Scope == scope).Aggregate(seed, (c, f) => Read(f.Form, xml, f.Import!, c));

    /// <summary>False when the element's word isn't one of the option's.</summary>
    public static bool IsKnownChoice<T>(IEnumerable<SyncthingField<T>> fields, string name, XElement xml) =>
        xml.Text(name) is "" || fields.First(f => f.Import == name).Form is not SyncthingForm<T>.Choice word || PlaceOf(word, xml.Text(name)) >= 0;

    private static T Read<T>(SyncthingForm<T> form, XElement xml, string name, T seed) => form switch
    {
        SyncthingForm<T>.Boolean f => f.Set(seed, xml.Flag(name, f.Get(seed))),
        SyncthingForm<T>.Integer f => f.Set(seed, Math.Min(xml.Integer(name, f.Get(seed), f.Min), f.Max)),
        SyncthingForm<T>.Text f => xml.Text(name) is var text && f.Validate?.Invoke(text) is null ? f.Set(seed, text) : seed,
        SyncthingForm<T>.TextList f => f.Set(seed, [.. xml.Elements(name).Select(e => e.Value.Trim()).Where(t => t.Length > 0 && f.Validate?.Invoke(t) is null).Distinct()]),
        SyncthingForm<T>.Choice f => PlaceOf(f, xml.Text(name)) is >= 0 and var place ? f.Set(seed, place) : seed,
        SyncthingForm<T>.Amount f => xml.Element(name) is { } amount ? f.Set(seed, AmountOf(amount)) : seed,
        _ => throw new ArgumentOutOfRangeException(nameof(form), name, "A row that says it is imported has no form to import it by."),
    };

    private static int PlaceOf<T>(SyncthingForm<T>.Choice form, string text)
    {
        foreach (var (word, means) in form.Older)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                return means;
        }
        return form.Find(text);
    }

    private static (double Amount, bool IsBytes) AmountOf(XElement xml)
    {
        var amount = double.TryParse(xml.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 ? value : 1;
        double unit = xml.Text("unit").ToLowerInvariant() switch { "k" or "kb" => 1e3, "m" or "mb" => 1e6, "g" or "gb" => 1e9, "t" or "tb" => 1e12, _ => 0 };
        return unit > 0 ? (Math.Min(amount * unit, 1e18), true) : (Math.Min(amount, 100), false);
    }
}
