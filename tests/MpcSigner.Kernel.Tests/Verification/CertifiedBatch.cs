using System.Collections.Concurrent;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Verification;

/// <summary>A cluster of identities and batches of keys that they certify, without the sessions in between.</summary>
internal sealed class CertifiedBatch
{
    private static readonly IdentityKey ClientKey = IdentityKey.Generate(SystemRandomSource.Instance);

    public static readonly ClientId Client = new(SHA256.HashData(ClientKey.PublicKey.Bytes));

    private static readonly Digest32 RosterHash = new(SHA256.HashData("roster"u8));

    /// <summary>The requests behind orders, by H(order).</summary>
    private static readonly ConcurrentDictionary<Digest32, SignedRequest> Signed = [];

    private readonly Dictionary<NodeId, IdentityKey> _keys = [];
    private readonly Dictionary<KeyId, SecretScalar> _secrets = [];

    public CertifiedBatch(int nodes)
    {
        for (var i = 0; i < nodes; i++)
        {
            var key = IdentityKey.Generate(SystemRandomSource.Instance);
            _keys.Add(key.PublicKey.ToNodeId(), key);
        }
        Roster = new(RosterHash, 1, "test", [.. _keys.OrderBy(k => k.Key).Select((k, i) =>
            new RosterNode(k.Key, $"node-{i + 1}", k.Value.PublicKey.Bytes.ToArray(), [new(SHA256.HashData([(byte)i]))], $"127.0.0.1:{9000 + i}"))],
            [new(Client, "app", ClientKey.PublicKey.Bytes.ToArray(), [new(SHA256.HashData("client"u8))], true)], []);
    }

    public Roster Roster { get; set; }

    /// <summary>What a client would ask for: the first <paramref name="n"/> nodes, numbered from 1.</summary>
    public RequestAction.CreateKeys Ask(int t, int n, int count, params string[] labels) => Ask(Suite.FrostEd25519, t, n, count, labels);

    public RequestAction.CreateKeys Ask(Suite suite, int t, int n, int count, params string[] labels) => new(
        suite, t, [.. Roster.Nodes.Take(n).Select((node, i) => (new PartyId((ushort)(i + 1)), node.Nid))], count, labels, KeyUsage.Transactions);

    /// <param name="name">Another one makes another order of the same words.</param>
    public static CreationOrder Order(RequestAction.CreateKeys asked, string name = "once")
    {
        var issued = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);
        var body = new RequestBodyCodec().Encode(new(new(RosterHash.Value), name, issued, issued.AddMinutes(10), "", asked));
        var order = new CreationOrder(body, Client, asked);
        Signed[order.Hash] = new(body, Client, ClientKey.Sign(RequestStatements.ClientRequest(body)));
        return order;
    }

    /// <summary>The same signed bytes, as somebody reads them who takes them for something else.</summary>
    public static CreationOrder Misread(CreationOrder order, RequestAction.CreateKeys asked) => new(Signed[order.Hash].Body.Span, Client, asked);

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
        return [.. records.Select((record, k) =>
        {
            var certificate = new CommitCertificate(acknowledgements, default, order.Hash, t2, (ushort)k, (ushort)asked.Count, KeyRecordTree.Path(hashes, k)).Encode();
            return new ShownKey(record.KeyId, record.Suite, KeyRecordEncoding.Encode(record), certificate, order.LabelAt(k), asked.Usage, order.Client)
            {
                Anchor = Signed.TryGetValue(order.Hash, out var creation) ? new(creation, (ushort)k, record, certificate) : null,
            };
        })];
    }

    /// <summary>The key in generation 1, certified by the nodes that hold it then: those of the roster at the places given, numbered from 11.</summary>
    /// <param name="another">Not this key but another under its id, as nodes could make it that hold no share.</param>
    public ShownKey Reshared(ShownKey key, int threshold, int[] places, bool another = false, Digest32? chainCode = null)
    {
        Assert.True(KeyRecordEncoding.TryDecode(key.Suite, key.Record.Span, out var old));
        var group = Groups.For(key.Suite.Curve());
        using var polynomial = another
            ? SecretPolynomial.Random(group, threshold, SystemRandomSource.Instance)
            : SecretPolynomial.RandomWithConstant(_secrets[key.KeyId], threshold, SystemRandomSource.Instance);
        List<KeyParty> parties = [];
        foreach (var place in places)
        {
            var pid = new PartyId((ushort)(place + 11));
            using var share = polynomial.EvaluateAt(pid);
            parties.Add(new(pid, Roster.Nodes[place].Nid, share.MultiplyBase().Encode()));
        }
        var record = old! with
        {
            Generation = 1, Threshold = (byte)threshold, Parties = parties, PublicKey = polynomial.Commit()[0].Encode(), ChainCode = chainCode ?? old!.ChainCode,
        };
        var (oldRoot, order, t2) = (KeyRecordHash.Compute(old), new Digest32(SHA256.HashData("a reshare"u8)), new Digest32(SHA256.HashData("its echo"u8)));
        var ack = LifecycleDigests.Ack(key.Suite, oldRoot, order, t2, KeyRecordTree.Root([KeyRecordHash.Compute(record)]));
        var certificate = new CommitCertificate([.. parties.Select(p => new Acknowledgement(p.Pid, _keys[p.Nid].Sign(ack)))], oldRoot, order, t2, 0, 1, []);
        return key with { Record = KeyRecordEncoding.Encode(record), Certificate = certificate.Encode() };
    }

    public IdentityKey IdentityOf(NodeId nid) => _keys[nid];

    /// <summary>A signature of a key made here, by its whole secret, over a message under the key at a path and output.</summary>
    public byte[] Sign(KeyRecord record, ReadOnlySpan<byte> message, IReadOnlyList<uint>? path = null, TaprootOutput? taproot = null)
    {
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(record, [.. path ?? []], taproot ?? TaprootOutput.None, out var signer));
        var group = Groups.For(record.Suite.Curve());
        using var secret = Secret(record, signer!);
        if (record.Suite is Suite.EcdsaSecp256k1 or Suite.EcdsaP256)
            return SignEcdsa(group, secret, message);
        using var drawn = SecretScalar.Random(group, SystemRandomSource.Instance);
        var isOdd = record.Suite == Suite.FrostSecp256k1Taproot && TaprootKeys.IsOdd(drawn.MultiplyBase());
        using var nonce = isOdd ? drawn.Negate() : drawn.Copy();
        var r = nonce.MultiplyBase();
        var challenge = record.Suite switch
        {
            Suite.FrostEd25519 => group.ReduceWideLittleEndian(SHA512.HashData((byte[])[.. r.Encoded, .. signer!.PublicKey.Encoded, .. message])),
            Suite.FrostSecp256k1 => SchnorrSecp256k1Signature.Challenge(r, signer!.PublicKey, message),
            Suite.FrostSecp256k1Taproot => TaprootKeys.Reduce(group, TaprootKeys.TaggedHash("BIP0340/challenge"u8, [.. r.Encoded[1..], .. signer!.XOnly, .. message])),
            Suite.None or Suite.EcdsaSecp256k1 or Suite.EcdsaP256 => throw new NotSupportedException("no Schnorr suite"),
        };
        using var s = secret.MultiplyAdd(challenge, nonce);
        return [.. record.Suite == Suite.FrostSecp256k1Taproot ? r.Encoded[1..] : r.Encoded, .. s.ToPublic().Encode()];
    }

    /// <summary>s = k⁻¹·(e + r·x), computed in the open: the keys of tests are worth nothing.</summary>
    private static byte[] SignEcdsa(IGroup group, SecretScalar secret, ReadOnlySpan<byte> digest)
    {
        using var drawn = SecretScalar.Random(group, SystemRandomSource.Instance);
        var point = drawn.MultiplyBase();
        // r ≥ q is out of reach: recovery ids 2 and 3 have tests of their own.
        Assert.True(group.TryDecodeScalar(point.Encoded[1..], out var r));
        var sum = group.AddPublic(TaprootKeys.Reduce(group, digest), group.MultiplyPublic(r, secret.ToPublic()));
        var s = group.MultiplyPublic(group.InvertPublic(drawn.ToPublic()), sum);
        Assert.True(EcdsaSignature.TryCreate(r, s, (byte)(point.Encoded[0] & 1), out var signature));
        return signature.ToLowS().Encode();
    }

    /// <summary>The whole secret behind an effective key: each sign and tweak is found again from the points.</summary>
    private SecretScalar Secret(KeyRecord record, VerificationKey signer)
    {
        using var derived = _secrets[record.KeyId].AddPublic(signer.Derived.Tweak);
        if (record.Suite != Suite.FrostSecp256k1Taproot)
            return derived.Copy();
        using var even = TaprootKeys.IsOdd(signer.Derived.PublicKey) ? derived.Negate() : derived.Copy();
        if (even.MultiplyBase() == signer.PublicKey)
            return even.Copy();
        foreach (var root in new[] { [], Root })
        {
            Assert.True(TaprootKeys.TryTweak(even.MultiplyBase(), root, out var tweak, out _));
            using var tweaked = even.AddPublic(tweak);
            using var output = TaprootKeys.IsOdd(tweaked.MultiplyBase()) ? tweaked.Negate() : tweaked.Copy();
            if (output.MultiplyBase() == signer.PublicKey)
                return output.Copy();
        }
        throw new InvalidOperationException("no secret of this output is known");
    }

    /// <summary>The one merkle root that <see cref="Sign"/> knows.</summary>
    public static readonly byte[] Root = SHA256.HashData("scripts"u8);

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
        return new(order.Asked.Suite, order.KeyIdAt(k), 0, (byte)threshold, parties, polynomial.Commit()[0].Encode(), new(SHA256.HashData(BitConverter.GetBytes(k))));
    }
}
