using System.Text;
using FolderSync.Core.Model;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>The names of DNS-SD that concern FolderSync.</summary>
internal static class MdnsNames
{
    public static readonly DomainName ServiceType = new("_foldersync", "_tcp");

    public static readonly DomainName Service = DomainName.Join(ServiceType, new DomainName("local"));

    /// <summary>Where all types of services are enumerated (RFC 6763, 9).</summary>
    public static readonly DomainName AllTypes = new("_services", "_dns-sd", "_udp", "local");

    private const int MaxLabelBytes = 63;

    /// <summary>One label of at most 63 bytes: a person's words, without control characters.</summary>
    /// <param name="number">From the second try on it is told: "laptop (2)".</param>
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

    /// <summary>One label as it is: by the constructor for a text, a dot in a person's words would begin another label.</summary>
    public static DomainName Label(string label) => new([label]);

    public static DomainName Instance(string label) => DomainName.Join(Label(label), Service);

    /// <summary>A host name of FolderSync's own: the computer's is Avahi's or the system's to tell, who would take it for theirs.</summary>
    public static DomainName Host(DeviceId device) => new($"foldersync-{device.ToString()[..15].ToLowerInvariant()}", "local");

    /// <summary>The label before "_foldersync._tcp.local"; null for any other name.</summary>
    public static string? LabelOf(DomainName name) =>
        name.Labels.Count == 4 && Same(name.Labels[1], "_foldersync") && Same(name.Labels[2], "_tcp") && Same(name.Labels[3], "local") ? name.Labels[0] : null;

    /// <summary>DNS names are the same whatever their case.</summary>
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
