using System.Globalization;
using System.Net;
using MpcSigner.Core.Identities;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Rosters;

/// <summary>Reads the values of a roster that may occur only once in it.</summary>
/// <remarks>A key serves one holder in one role, so that no signature made in one role can be shown in another; a TLS pin names one holder.</remarks>
internal sealed class RosterUniqueness
{
    private const int MaxHostLength = 253;

    private readonly HashSet<(string Role, string Name)> _names = [];
    private readonly HashSet<Bytes32> _keys = [];
    private readonly HashSet<Bytes32> _pins = [];
    private readonly HashSet<Bytes32> _clients = [];
    private readonly HashSet<string> _addresses = new(StringComparer.OrdinalIgnoreCase);

    public string? Name(YamlMap map, string role)
    {
        var name = map.Text("name", TextRule.Name);
        if (name is not null && !_names.Add((role, name)))
            map.Fail("name", $"another {role} has the name '{name}'");
        return name;
    }

    public byte[]? Key(YamlMap map, string key)
    {
        if (RosterDocument.ReadKey(map, key) is not { } bytes)
            return null;
        if (Judge(bytes) is { } wrong)
            map.Fail(key, wrong);
        return bytes;
    }

    /// <summary>Keys of one holder, oldest first.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Keys(YamlMap map, string key, int min, int max)
    {
        if (map.Items(key, min, max) is not { } items)
            return null;
        var keys = new List<ReadOnlyMemory<byte>>(items.Count);
        foreach (var item in items)
        {
            if (!RosterDocument.TryReadKey(item, out var bytes))
                continue;
            if (Judge(bytes) is { } wrong)
                item.Fail(wrong);
            keys.Add(bytes);
        }
        return keys;
    }

    public Bytes32? ClientId(YamlMap map)
    {
        var id = map.Bytes32("id");
        if (id is { } known && !_clients.Add(known))
            map.Fail("id", "another client has this id");
        return id;
    }

    private string? Judge(byte[] key) => key.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? "is all zero: not a public key"
        : _keys.Add(new(key)) ? null
        : "the same key is listed already: every node, client and administrator has its own, and a key of old is nobody's new one";

    public IReadOnlyList<Digest32>? Pins(YamlMap map)
    {
        if (map.Items("tls_pins", 1, RosterDocument.MaxTlsPins) is not { } items)
            return null;
        var pins = new List<Digest32>();
        foreach (var item in items)
        {
            if (!item.TryBytes32(out var pin))
                continue;
            if (!_pins.Add(pin))
                item.Fail("the same TLS key is pinned already: a pin names one holder");
            pins.Add(new(pin));
        }
        return pins;
    }

    /// <summary>host:port; the host a DNS name, an IPv4 address or an IPv6 address in brackets.</summary>
    public string? Address(YamlMap map)
    {
        if (map.Text("address", TextRule.Sentence(MaxHostLength + 8)) is not { } address)
            return null;
        if (!IsHostAndPort(address))
            map.Fail("address", "expected host:port with a port of 1..65535; an IPv6 host stands in brackets");
        else if (!_addresses.Add(address))
            map.Fail("address", "another node has this address");
        return address;
    }

    private static bool IsHostAndPort(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon < 1 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0 || address[colon + 1] == '0')
            return false;
        var host = address[..colon];
        if (host is ['[', .. var inner, ']'])
            return IPAddress.TryParse(inner, out var ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 && !inner.Contains('%');
        // A last label of digits means an IPv4 address, which must then be one in full: "10.1" is read differently by different programs.
        var labels = host.Split('.');
        if (labels[^1].All(char.IsAsciiDigit))
            return labels.Length == 4 && labels.All(l => byte.TryParse(l, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (l.Length == 1 || l[0] != '0'));
        return host.Length <= MaxHostLength && labels.All(IsDnsLabel);
    }

    private static bool IsDnsLabel(string label) => label.Length is >= 1 and <= 63 && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
