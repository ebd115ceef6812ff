using System.Text;
using FolderSync.Core.Model;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>The DNS-SD names that concern FolderSync.</summary>
internal static class MdnsNames
{
    public static readonly DomainName ServiceType = new("_foldersync", "_tcp");

    public static readonly DomainName Service = DomainName.Join(ServiceType, new DomainName("local"));

    /// <summary>Enumerates all service types (RFC 6763, 9).</summary>
    public static readonly DomainName AllTypes = new("_services", "_dns-sd", "_udp", "local");

    private const int MaxLabelBytes = 63;

    /// <summary>Makes one label of at most 63 bytes from a user's text, without control characters.</summary>
    /// <param name="number">Appended from the second try on: "laptop (2)".</param>
    public static string InstanceLabel(string deviceName, int number)
    {
        var clean = string.Concat(deviceName.Normalize(NormalizationForm.FormC).Where(c => !char.IsControl(c))).Trim();
        if (clean.Length == 0)
            clean = "FolderSync";
        var suffix = number > 1 ? $" ({number})" : "";
        while (Encoding.UTF8.GetByteCount(clean) + suffix.Length > MaxLabelBytes)
            clean = clean[..^(char.IsLowSurrogate(clean[^1]) ? 2 : 1)];
        return clean + suffix;
    }

    /// <summary>Makes one label verbatim. The constructor that parses text would start another label at a dot.</summary>
    public static DomainName Label(string label) => new([label]);

    public static DomainName Instance(string label) => DomainName.Join(Label(label), Service);

    /// <summary>A host name of FolderSync's own: Avahi or the system publishes the computer's name and would claim it.</summary>
    public static DomainName Host(DeviceId device) => new($"foldersync-{device.ToString()[..15].ToLowerInvariant()}", "local");

    /// <summary>The label before "_foldersync._tcp.local"; null for other names.</summary>
    public static string? LabelOf(DomainName name) =>
        name.Labels.Count == 4 && Same(name.Labels[1], "_foldersync") && Same(name.Labels[2], "_tcp") && Same(name.Labels[3], "local") ? name.Labels[0] : null;

    /// <summary>DNS names are case-insensitive.</summary>
    public static bool Same(DomainName a, DomainName b)
    {
        if (a.Labels.Count != b.Labels.Count)
            return false;
        for (var i = 0; i < a.Labels.Count; i++)
        {
            if (!Same(a.Labels[i], b.Labels[i]))
                return false;
        }

        return true;
    }

    private static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);
}
