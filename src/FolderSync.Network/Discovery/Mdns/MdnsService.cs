using System.Globalization;
using System.Net;
using FolderSync.Core.Model;
using Makaretu.Dns;

namespace FolderSync.Network.Discovery.Mdns;

/// <summary>The service's records as flags; a set of several is named "All ...".</summary>
[Flags]
internal enum ServiceRecords
{
    None = 0,

    /// <summary>PTR from the list of all types to the service's type; shared with others.</summary>
    Type = 1,

    /// <summary>PTR from the service's type to this instance; others have theirs.</summary>
    Pointer = 2,

    /// <summary>SRV: unique to this device, like all that follow.</summary>
    Server = 4,
    Text = 8,

    /// <summary>A and AAAA of the sending interface.</summary>
    Address = 16,

    /// <summary>NSEC: the instance's types.</summary>
    InstanceTypes = 32,

    /// <summary>NSEC: the host's types.</summary>
    HostTypes = 64,

    Shared = Type | Pointer,
    Announced = Type | Pointer | Server | Text | Address,
}

/// <summary>FolderSync as a DNS-SD service: the library's profile, and the records for each message. Immutable.</summary>
/// <param name="Label">The instance name: the device's name.</param>
internal sealed record MdnsService(DeviceId Device, string Label, int Port, string Version)
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(4500);

    /// <summary>For records with a host name (RFC 6762, 10).</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(120);

    private readonly ServiceProfile _profile = Profile(Device, Label, Port, Version);

    public DomainName Instance => _profile.FullyQualifiedName;

    public DomainName Host => _profile.HostName;

    /// <param name="flush">Sets the cache-flush bit on unique records; not in legacy answers and probes.</param>
    /// <param name="life">Replaces each record's own lifetime.</param>
    public IEnumerable<ResourceRecord> Records(ServiceRecords parts, NetworkLink path, bool flush, TimeSpan? life = null)
    {
        foreach (var record in Plain(parts, path))
        {
            if (life is { } wanted && wanted < record.TTL)
                record.TTL = wanted;
            record.Class = flush && record is not PTRRecord ? (DnsClass)((ushort)DnsClass.IN | MdnsPacket.TopBit) : DnsClass.IN;
            yield return record;
        }
    }

    /// <summary>The records that the asker would query next.</summary>
    public static ServiceRecords Additional(ServiceRecords answers)
    {
        var more = ServiceRecords.None;
        if (answers.HasFlag(ServiceRecords.Pointer))
            more |= ServiceRecords.Server | ServiceRecords.Text | ServiceRecords.Address;
        if (answers.HasFlag(ServiceRecords.Server))
            more |= ServiceRecords.Address;
        return more & ~answers;
    }

    /// <summary>The records that answer a question, including negative answers for types that this device could have.</summary>
    public ServiceRecords Answer(Question question)
    {
        if (!MdnsPacket.IsInternet(question.Class))
            return ServiceRecords.None;
        if (MdnsNames.Same(question.Name, MdnsNames.Service))
            return question.Type is DnsType.PTR or DnsType.ANY ? ServiceRecords.Pointer : ServiceRecords.None;
        if (MdnsNames.Same(question.Name, MdnsNames.AllTypes))
            return question.Type is DnsType.PTR or DnsType.ANY ? ServiceRecords.Type : ServiceRecords.None;
        if (MdnsNames.Same(question.Name, Instance))
        {
            return question.Type switch
            {
                DnsType.SRV => ServiceRecords.Server,
                DnsType.TXT => ServiceRecords.Text,
                DnsType.ANY => ServiceRecords.Server | ServiceRecords.Text,
                _ => ServiceRecords.InstanceTypes,
            };
        }

        if (MdnsNames.Same(question.Name, Host))
            return question.Type is DnsType.A or DnsType.AAAA or DnsType.ANY ? ServiceRecords.Address : ServiceRecords.HostTypes;
        return ServiceRecords.None;
    }

    /// <summary>
    /// Uses the constructor that fills in nothing: the other one would derive the host name from the instance, and query the computer's addresses
    /// through the library's sockets.
    /// </summary>
    private static ServiceProfile Profile(DeviceId device, string label, int port, string version)
    {
        var profile = new ServiceProfile { InstanceName = MdnsNames.Label(label), ServiceName = MdnsNames.ServiceType, HostName = MdnsNames.Host(device) };
        profile.Resources.Add(new SRVRecord { Name = profile.FullyQualifiedName, Target = profile.HostName, Port = (ushort)port });
        profile.AddProperty("txtvers", "1");
        profile.AddProperty("id", device.ToString());
        profile.AddProperty("port", port.ToString(CultureInfo.InvariantCulture));
        profile.AddProperty("version", version);
        return profile;
    }

    /// <summary>Creates new records each time, since a message sets their class and lifetime.</summary>
    private IEnumerable<ResourceRecord> Plain(ServiceRecords parts, NetworkLink path)
    {
        if (parts.HasFlag(ServiceRecords.Pointer))
            yield return new PTRRecord { Name = _profile.QualifiedServiceName, DomainName = Instance, TTL = s_long };
        if (parts.HasFlag(ServiceRecords.Type))
            yield return new PTRRecord { Name = MdnsNames.AllTypes, DomainName = _profile.QualifiedServiceName, TTL = s_long };
        if (parts.HasFlag(ServiceRecords.Server))
            yield return new SRVRecord { Name = Instance, Target = Host, Port = _profile.Resources.OfType<SRVRecord>().Single().Port, TTL = s_short };
        if (parts.HasFlag(ServiceRecords.Text))
        {
            var text = MdnsPacket.Text(Instance, _profile.Resources.OfType<TXTRecord>().Single().Strings);
            text.TTL = s_long;
            yield return text;
        }

        if (parts.HasFlag(ServiceRecords.Address))
        {
            foreach (var (address, _) in path.Addresses)
            {
                // Drop the interface number, which is only valid on this computer.
                var record = AddressRecord.Create(Host, new IPAddress(address.GetAddressBytes()));
                record.TTL = s_short;
                yield return record;
            }
        }

        if (parts.HasFlag(ServiceRecords.InstanceTypes))
            yield return new NSECRecord { Name = Instance, NextOwnerName = Instance, Types = { DnsType.TXT, DnsType.SRV }, TTL = s_short };
        if (parts.HasFlag(ServiceRecords.HostTypes))
            yield return new NSECRecord { Name = Host, NextOwnerName = Host, Types = { DnsType.A, DnsType.AAAA }, TTL = s_short };
    }
}
