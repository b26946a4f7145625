using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>Maintenance orders for the store's tests, each made from a number; their keys are those of creation order 1.</summary>
internal static class MaintenanceSamples
{
    internal const byte Refresh = 3;
    internal const byte Reshare = 4;
    internal const byte Recovery = 5;

    internal static Digest32 OrderOf(int number) => Digest("maintenance", number);

    internal static string Ascii(ReadOnlyMemory<byte> text) => Encoding.ASCII.GetString(text.Span);

    internal static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    private static readonly AdministratorId[] Administrators = [.. Enumerable.Range(1, 2).Select(i => new AdministratorId(Bytes("administrator", i))).Order()];

    internal static SignedOrder SignedOrder(int number) => new(
        Text($"order {number}"), [new(Administrators[0], new byte[64]), new(Administrators[1], Enumerable.Repeat((byte)number, 64).ToArray())]);

    internal static MaintenanceRow Maintenance(int number, uint generation, uint attempt = 1, int keys = 2, byte kind = Refresh) => new(
        OrderOf(number), kind, Suite.FrostEd25519, attempt, Instance(1), SignedOrder(number),
        [.. Enumerable.Range(0, keys).Select(i => (Key(1, i), generation))], MaintenanceState.Begun, Digest("old root", number),
        default, default, default, 0, default, new Dictionary<PartyId, ReadOnlyMemory<byte>>(), Time.AddSeconds(number));

    /// <summary>A key of creation order 1 in the generation that a maintenance order makes.</summary>
    /// <param name="parties">Numbers of the nodes that hold it; this node is number 1.</param>
    internal static KeyRow NewRow(int number, int index, uint generation, uint attempt = 1, params int[] parties)
    {
        var row = KeyRow(1, index);
        var holders = parties.Length == 0 ? [1, 2, 3] : parties;
        return row with
        {
            Record = row.Record with
            {
                Generation = generation,
                Parties = [.. holders.Select(i => new KeyParty(new PartyId((ushort)i), Nid(i), Bytes($"share {generation}", i).ToArray()))],
            },
            RecordHash = Digest($"kh {generation}/{number}", index),
            Order = OrderOf(number),
            Attempt = attempt,
            Dealers = [(new PartyId(1), Nid(1)), (new PartyId(7), Nid(7))],
        };
    }

    internal static byte[] NewShare(int number, int index) => Text($"sealed share of order {number}, key {index}");

    internal static StoreWrite[] AcknowledgeMaintenance(int number, uint generation, uint attempt = 1, int keys = 2, params int[] parties) =>
    [
        new StoreWrite.AcknowledgeMaintenance(OrderOf(number), Digest("echo", number), Digest("root", number), Text("ack"),
            [.. Enumerable.Range(0, keys).Select(i => NewRow(number, i, generation, attempt, parties))]),
        .. Enumerable.Range(0, parties.Length == 0 || parties.Contains(1) ? keys : 0).Select(i => new StoreWrite.PutSealedShare(Key(1, i), generation, NewShare(number, i))),
    ];

    internal static StoreWrite ActivateMaintenance(int number, int keys = 2, string certificate = "certificate") => new StoreWrite.ActivateMaintenance(
        OrderOf(number), [.. Enumerable.Range(0, keys).Select(i => (Key(1, i), (ReadOnlyMemory<byte>)Text($"{certificate} {number}/{i}")))]);

    internal static StoreWrite Doubt(int number, DoubtStand stand, ushort by = 3, string abort = "refusal") =>
        new StoreWrite.DoubtMaintenance(OrderOf(number), new(stand, new PartyId(by), Text(abort)));

    internal static StoreWrite Abort(int number, byte kind, string signature = "abort") => new StoreWrite.AbortMaintenance(OrderOf(number), kind, Text(signature));

    internal static StoreWrite RollBack(int number) => new StoreWrite.RollBackMaintenance(OrderOf(number), Text("roll back"));

    /// <summary>A row as its certificate shows it.</summary>
    internal static KeyRow Certified(KeyRow row) => row with { State = KeyState.Active, Certificate = Text($"certificate of {row.Record.Generation}") };

    internal static DestructionRow Destruction(int number, params int[] keys) => new(
        Digest("destruction", number), SignedOrder(number), [.. keys.Select(i => Key(1, i))], DestructionState.Waiting, Time.AddDays(1), default, Time.AddSeconds(number));

    internal static JobRow Job(int number, int steps = 2, JobState state = JobState.Running) => new(
        Digest("job", number), $"job {number}", state,
        [.. Enumerable.Range(0, steps).Select(i => new JobStep([SignedOrder(10 * number + i), SignedOrder(50 + 10 * number + i)], 0, JobStepState.Waiting, ""))],
        "", Time.AddSeconds(number), Time.AddSeconds(number));

    internal static RosterRow Roster(uint version, int fork = 0) => new(
        version, Digest($"roster {fork}", (int)version), Text($"roster {version} {fork}"), [Text("signature 1"), Text("signature 2")],
        new Dictionary<NodeId, ReadOnlyMemory<byte>>(), Time.AddSeconds(version));
}
