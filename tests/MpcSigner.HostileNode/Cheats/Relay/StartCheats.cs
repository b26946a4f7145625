using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pools;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Relay;

/// <summary>Initiators whose START says to one party what it does not say to the rest, or what no order says.</summary>
internal static class StartCheats
{
    /// <summary>u8 version ‖ u8 suite ‖ u8 curve ‖ KH.</summary>
    private const int PresignRecordAt = 3;

    /// <summary>u8 count ‖ (u16 pid ‖ nid ‖ iid)….</summary>
    private const int PresignSignersAt = PresignRecordAt + Digest32.Size + 1;

    /// <summary>nid ‖ iid ‖ psid ‖ u8 count at the end.</summary>
    private const int PresignInitiatorFromEnd = NodeId.Size + InstanceId.Size + SessionId.Size + 1;

    public static IEnumerable<(string Row, Func<Cheat> Make)> OfPresign()
    {
        yield return ("T20a", () => Presign(input => input[PresignSignersAt + 2 + NodeId.Size] ^= 1)); // another process of the first signer
        yield return ("T20b", () => Presign(input => input[PresignRecordAt] ^= 1));
        yield return ("T20c", () => Presign(input => input[^PresignInitiatorFromEnd] ^= 1));
        yield return ("T20-count", () => Presign(input => input[^1]++)); // valid to whoever reads it alone
    }

    public static IEnumerable<(string Row, Func<Cheat> Make)> OfMaintenance(ProtocolKind protocol)
    {
        // u8 version ‖ KH_old ‖ H(order) ‖ what the protocol adds ‖ initiator ‖ dsid
        yield return ("T21-root", () => Maintenance(protocol, (input, _) => input[1] ^= 1));
        if (protocol == ProtocolKind.Reshare)
        {
            yield return ("T21a", () => Maintenance(protocol, (input, _) => input[^(NodeId.Size + SessionId.Size + 2)]++)); // t′
            yield return ("T21b", () => Maintenance(protocol, (input, _) => input[^(NodeId.Size + SessionId.Size + 3)] ^= 1)); // the last nid of L′
        }
        if (protocol != ProtocolKind.Refresh)
            yield return ("T21c", () => Maintenance(protocol, (input, _) => input[1 + 2 * Digest32.Size + 2 + 2] ^= 1)); // the first nid of S
        yield return ("T21d", () => Maintenance(protocol, (_, order) => order[^1] ^= 1)); // the order's own bytes, which say which attempt
    }

    private delegate void Touch(Span<byte> input);

    private delegate void TouchBoth(Span<byte> input, Span<byte> order);

    private static MessageCheat Presign(Touch touch) => new(ProtocolKind.Presign, MessageType.Start, 0, (message, _) =>
    {
        if (!PresignStart.TryDecode(message.Payload, out var start))
            throw new InvalidOperationException("the node's own START is malformed");
        var input = start.Input.ToArray();
        touch(input);
        return (start with { Input = input }).Encode();
    }, toAll: false);

    private static MessageCheat Maintenance(ProtocolKind protocol, TouchBoth touch) => new(protocol, MessageType.Start, 0, (message, _) =>
    {
        if (!MaintenanceStart.TryDecode(message.Payload, out var start))
            throw new InvalidOperationException("the node's own START is malformed");
        byte[] bent = [.. message.Payload];
        const int lengthField = 4;
        var body = bent.AsSpan().IndexOf(start.Order.Body.Span);
        touch(bent.AsSpan(lengthField, start.Inputs.Length), bent.AsSpan(body, start.Order.Body.Length));
        return bent;
    });
}
