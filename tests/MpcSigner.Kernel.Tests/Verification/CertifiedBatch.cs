using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Kernel.Tests.Verification;

/// <summary>A cluster of identities and batches of keys that they certify, without the sessions in between.</summary>
internal sealed class CertifiedBatch
{
    public static readonly ClientId Client = new(SHA256.HashData("a client"u8));

    private readonly Dictionary<NodeId, IdentityKey> _keys = [];
    private readonly Dictionary<KeyId, SecretScalar> _secrets = [];

    public CertifiedBatch(int nodes)
    {
        for (var i = 0; i < nodes; i++)
        {
            var key = IdentityKey.Generate(SystemRandomSource.Instance);
            _keys.Add(key.PublicKey.ToNodeId(), key);
        }
        Roster = new(new(SHA256.HashData("roster"u8)), 1, "test", [.. _keys.OrderBy(k => k.Key).Select((k, i) =>
            new RosterNode(k.Key, $"node-{i + 1}", k.Value.PublicKey.Bytes.ToArray(), [new(SHA256.HashData([(byte)i]))], $"127.0.0.1:{9000 + i}"))], [], []);
    }

    public Roster Roster { get; set; }

    /// <summary>What a client would ask for: the first <paramref name="n"/> nodes, numbered from 1.</summary>
    public RequestAction.CreateKeys Ask(int t, int n, int count, params string[] labels) => new(
        Suite.FrostEd25519, t, [.. Roster.Nodes.Take(n).Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))], count, labels, KeyUsage.Transactions);

    public static CreationOrder Order(RequestAction.CreateKeys asked, string body = "the signed body") =>
        new(System.Text.Encoding.UTF8.GetBytes(body), Client, asked);

    /// <summary>The keys of an order, shared and certified as its nodes would. Arguments that differ from the order's make a cheat.</summary>
    public IReadOnlyList<ShownKey> Make(CreationOrder order, int? threshold = null, NodeId? silent = null, IdentityKey? forger = null)
    {
        var asked = order.Asked;
        var records = Enumerable.Range(0, asked.Count).Select(k => Record(order, k, threshold ?? asked.Threshold)).ToArray();
        var hashes = records.Select(KeyRecordHash.Compute).ToArray();
        var t2 = new Digest32(SHA256.HashData("echo"u8));
        var ack = LifecycleDigests.Ack(asked.Suite, default, order.Hash, t2, KeyRecordTree.Root(hashes));
        var acknowledgements = asked.Parties.Where(p => p.Nid != silent)
            .Select(p => new Acknowledgement(p.Pid, (forger ?? _keys[p.Nid]).Sign(ack))).ToArray();
        return [.. records.Select((record, k) => new ShownKey(
            record.KeyId, record.Suite, KeyRecordEncoding.Encode(record),
            new CommitCertificate(acknowledgements, default, order.Hash, t2, (ushort)k, (ushort)asked.Count, KeyRecordTree.Path(hashes, k)).Encode(),
            order.LabelAt(k), asked.Usage, order.Client))];
    }

    /// <summary>An Ed25519 signature of a key made here, by its whole secret.</summary>
    public byte[] Sign(KeyRecord record, ReadOnlySpan<byte> message)
    {
        var group = Groups.For(record.Suite.Curve());
        using var nonce = SecretScalar.Random(group, SystemRandomSource.Instance);
        var r = nonce.MultiplyBase().Encode();
        var challenge = group.ReduceWideLittleEndian(SHA512.HashData((byte[])[.. r, .. record.PublicKey.Span, .. message]));
        using var s = _secrets[record.KeyId].MultiplyAdd(challenge, nonce);
        var response = new byte[32];
        s.ToPublic().CopyTo(response);
        return [.. r, .. response];
    }

    private KeyRecord Record(CreationOrder order, int k, int threshold)
    {
        var group = Groups.For(order.Asked.Suite.Curve());
        using var polynomial = SecretPolynomial.Random(group, threshold, SystemRandomSource.Instance);
        var parties = new List<KeyParty>();
        foreach (var (pid, nid) in order.Asked.Parties)
        {
            using var share = polynomial.EvaluateAt(pid);
            parties.Add(new(pid, nid, share.MultiplyBase().Encode()));
        }
        _secrets[order.KeyIdAt(k)] = polynomial.Constant();
        return new(order.Asked.Suite, order.KeyIdAt(k), 0, (byte)threshold, parties, polynomial.Commit()[0].Encode(), new(SHA256.HashData([(byte)k])));
    }
}
