using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What a key's creation request says of it.</summary>
internal sealed record ProvenOrigin(KeyOrigin Origin, ClientId Owner, string Label, KeyUsage Usage);

/// <summary>Where the keys of a batch come from. key_id = H("key-id"; H(order), k) binds the client's exact bytes: they need no further trust (spec §9).</summary>
internal static class KeyOrigins
{
    /// <summary>Each distinct request once: u16 count ‖ requests ‖ per key u16 which ‖ u16 k.</summary>
    public static void Write(ByteWriter writer, IReadOnlyList<KeyOrigin> origins)
    {
        List<SignedRequest> requests = [];
        Dictionary<Digest32, int> places = [];
        var indices = new (int Which, ushort Index)[origins.Count];
        for (var k = 0; k < origins.Count; k++)
        {
            var hash = OrderOf(origins[k].Creation);
            if (!places.TryGetValue(hash, out var place))
            {
                places.Add(hash, place = requests.Count);
                requests.Add(origins[k].Creation);
            }
            indices[k] = (place, origins[k].Index);
        }
        writer.U16(checked((ushort)requests.Count));
        foreach (var request in requests)
            SignedRequestEncoding.Write(writer, request);
        foreach (var (which, index) in indices)
            writer.U16((ushort)which).U16(index);
    }

    /// <param name="count">Keys of the batch.</param>
    public static bool TryRead(ref ByteReader reader, int count, [NotNullWhen(true)] out IReadOnlyList<KeyOrigin>? origins)
    {
        origins = null;
        if (!reader.U16(out var distinct) || distinct == 0 || distinct > count)
            return false;
        var requests = new SignedRequest[distinct];
        for (var i = 0; i < distinct; i++)
        {
            if (!SignedRequestEncoding.TryRead(ref reader, out var request))
                return false;
            requests[i] = request;
        }
        var read = new KeyOrigin[count];
        for (var k = 0; k < count; k++)
        {
            if (!reader.U16(out var which) || which >= distinct || !reader.U16(out var index))
                return false;
            read[k] = new(requests[which], index);
        }
        origins = read;
        return true;
    }

    /// <summary>Checks every origin against its key; null when one does not prove its key id, or is of another suite.</summary>
    public static IReadOnlyList<ProvenOrigin>? Prove(IRequestDecoder decoder, Suite suite, IReadOnlyList<OrderedKey> keys, IReadOnlyList<KeyOrigin> origins)
    {
        if (origins.Count != keys.Count)
            return null;
        var proven = new ProvenOrigin[keys.Count];
        Dictionary<Digest32, RequestAction.CreateKeys> read = [];
        for (var k = 0; k < keys.Count; k++)
        {
            var (creation, index) = origins[k];
            var order = OrderOf(creation);
            if (!read.TryGetValue(order, out var action))
            {
                if (!decoder.TryDecode(creation.Body.Span, out var body, out _) || body.Action is not RequestAction.CreateKeys create)
                    return null;
                read.Add(order, action = create);
            }
            if (index >= action.Count || action.Suite != suite || KeyIds.Derive(order, index) != keys[k].Key)
                return null;
            proven[k] = new(origins[k], creation.Client, action.Labels.Count == 0 ? "" : action.Labels[index], action.Usage);
        }
        return proven;
    }

    /// <summary>H(order) of a creation.</summary>
    private static Digest32 OrderOf(SignedRequest creation) =>
        OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(creation.Body.Span)), creation.Client.Value);
}
