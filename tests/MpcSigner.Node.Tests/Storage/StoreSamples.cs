using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Storage;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>Rows for the store's tests, each made from a number.</summary>
internal static class StoreSamples
{
    internal static readonly DateTimeOffset Time = new DateTimeOffset(2025, 6, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    internal static readonly StoreIdentity Identity = new(new ClusterId(Bytes("cluster", 1)), new NodeId(Bytes("node", 1)));

    internal static StoreMeta Meta => new(Identity, Id16("store", 1), "parameters"u8.ToArray(), "verifier"u8.ToArray());

    internal static Bytes32 Bytes(string what, int number) => new(SHA256.HashData(Encoding.ASCII.GetBytes($"{what}/{number}")));

    internal static byte[] Id16(string what, int number) => Bytes(what, number).ToArray()[..16];

    internal static InstanceId Instance(int number) => new(Id16("instance", number));

    internal static Digest32 Digest(string what, int number) => new(Bytes(what, number));

    internal static ClientId ClientOf(int number) => new(Bytes("client", number));

    internal static NodeId Nid(int number) => new(Bytes("node", number));

    internal static SignedRequest Signed(int number) => new(Encoding.ASCII.GetBytes($"body {number}"), ClientOf(1), new byte[64]);

    internal static RequestRow Request(int number, RequestState state = RequestState.Received, string result = "") => new(
        ClientOf(1), $"idem-{number}", Digest("body", number), Signed(number), new KeyId(Bytes("key", number)), state,
        Encoding.ASCII.GetBytes(result), Time, Time.AddSeconds(1), Time.AddDays(1));

    internal static BookingRow Booking(int number, int value) =>
        new(BookingRow.IdempotencyKind, Digest("scope", number), Digest("value", value), Time);

    internal static OrderRow Order(int number) => new(
        Digest("order", number), 2, Suite.FrostEd25519, 0, 1, Instance(1), Signed(number), OrderState.Begun,
        default, default, default, 0, default, null, Time.AddSeconds(number));

    internal static KeyId Key(int order, int index) => new(Bytes($"key/{order}", index));

    internal static KeyRow KeyRow(int order, int index, int parties = 3)
    {
        var record = new KeyRecord(
            Suite.FrostEd25519, Key(order, index), 0, 2,
            [.. Enumerable.Range(1, parties).Select(i => new KeyParty(new PartyId((ushort)i), Nid(i), Bytes("share", i).ToArray()))],
            Bytes("public", index).ToArray(), Digest("chain", index));
        return new(record, Digest("kh", index), Digest("order", order), (ushort)index, ClientOf(1), $"label-{index}", KeyUsage.Transactions,
            KeyState.Pending, 1, Instance(1), default, Time);
    }

    internal static byte[] Sealed(int order, int index) => Encoding.ASCII.GetBytes($"sealed {order}/{index}");

    internal static StoreWrite[] Acknowledge(int order, int keys) =>
    [
        .. Enumerable.Range(0, keys).Select(i => new StoreWrite.PutSealedShare(Key(order, i), 0, Sealed(order, i))),
        new StoreWrite.AcknowledgeOrder(Digest("order", order), Digest("echo", order), Digest("root", order), "ack"u8.ToArray(),
            [.. Enumerable.Range(0, keys).Select(i => KeyRow(order, i))]),
    ];

    internal static StoreWrite Activate(int order, int keys) => new StoreWrite.ActivateOrder(
        Digest("order", order), [.. Enumerable.Range(0, keys).Select(i => (Key(order, i), (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes($"certificate {i}")))]);

    /// <summary>On party 3's ABORT.</summary>
    internal static StoreWrite GiveUp(int order) => new StoreWrite.GiveUpOrder(Digest("order", order), new PartyId(3), "their abort"u8.ToArray());

    internal static AuditEntry Entry(ulong sequence) => new(
        sequence, Time.AddSeconds(sequence), AuditKind.Allowed, Digest("body", 1), Key(1, 0), Encoding.ASCII.GetBytes($"detail {sequence}"),
        Digest("log", (int)sequence), new byte[64]);

    internal static SessionWindow Window(ulong counter, ulong highest, params ulong[] used)
    {
        var bits = new byte[SessionWindow.Length / 8];
        foreach (var sequence in used)
        {
            var bit = (int)(highest - sequence);
            bits[bit / 8] |= (byte)(1 << (bit % 8));
        }
        return new(counter, highest, bits);
    }
}
