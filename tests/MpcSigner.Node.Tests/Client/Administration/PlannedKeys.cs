using System.Security.Cryptography;
using MpcSigner.Client.Administration;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Node.Tests.Clients.Administration;

/// <summary>Keys and a roster as a survey finds them; the planner judges who holds what, never a point.</summary>
internal static class PlannedKeys
{
    public static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>node-1 … node-6.</summary>
    public static Roster Roster { get; } = new(new(Hash("roster")), 1, "test",
        [.. Enumerable.Range(1, 6).Select(i => new RosterNode(new(Hash($"node-{i}")), $"node-{i}", Hash($"identity-{i}"), [new(Hash($"pin-{i}"))], $"127.0.0.1:{7000 + i}")).OrderBy(n => n.Nid)], [], []);

    public static NodeId Nid(int node) => Roster.Nodes.Single(n => n.Name == $"node-{node}").Nid;

    /// <param name="parties">Numbers of nodes; a party's number is its node's.</param>
    /// <param name="holders">Those that hold the present shares; all if not given.</param>
    public static SurveyedKey Key(string name, int threshold, int[] parties, int[]? holders = null, uint lastAttempt = 0, ushort highest = 0)
    {
        var record = new KeyRecord(Suite.FrostEd25519, new(Hash(name)), 4, (byte)threshold,
            [.. parties.Order().Select(i => new KeyParty(new((ushort)i), Nid(i), Hash($"share-{i}")))], Hash("public"), new(Hash("chain")));
        return new(record, new(Hash("record " + name)), Anchor(record, new(Hash("creation")), 300), "", [.. (holders ?? parties).Select(Nid)], lastAttempt, 0, highest == 0 ? (ushort)parties.Max() : highest, [record], []);
    }

    /// <summary>A key of 16 nodes on a curve with long points, from a creation of so many bytes.</summary>
    public static SurveyedKey Wide(string name, string creation, int bytes)
    {
        var record = new KeyRecord(Suite.EcdsaSecp256k1, new(Hash(name)), 4, 9,
            [.. Enumerable.Range(1, 16).Select(i => new KeyParty(new((ushort)i), new(Hash($"wide-{i}")), (byte[])[2, .. Hash($"share-{i}")]))], (byte[])[2, .. Hash("public")], new(Hash("chain")));
        return new(record, new(Hash("record " + name)), Anchor(record, new(Hash(creation)), bytes), "", [.. record.Parties.Select(p => p.Nid)], 0, 0, 16, [record], []);
    }

    private static KeyAnchor Anchor(KeyRecord record, Digest32 order, int bytes) => new(
        new(new byte[bytes], new(Hash("client")), new byte[64]), 0, record with { Generation = 0 },
        new CommitCertificate([.. record.Parties.Select(p => new Acknowledgement(p.Pid, new byte[64]))], default, order, new(Hash("echo")), 0, 1, []).Encode());

    public static MaintenancePlanner Planner(string? coordinator = null, params int[] silent) => new(Roster, new(Roster.Cluster, Now, TimeSpan.FromDays(1)),
        [.. silent.Select(i => new Client.NodeRefusal(Nid(i).ToString(), $"node-{i}", "UNREACHABLE", "connection refused"))], coordinator);

    public static T ActionOf<T>(Core.Orders.SignedOrder order) where T : RequestAction =>
        new RequestBodyCodec().TryDecode(order.Body.Span, out var body, out var error) ? (T)body.Action : throw new InvalidOperationException(error.ToString());

    private static byte[] Hash(string name) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(name));
}
