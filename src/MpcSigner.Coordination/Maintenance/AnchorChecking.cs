using System.Security.Cryptography;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>An anchor that holds, and what the creation request says of its key.</summary>
internal sealed record ProvenAnchor(KeyAnchor Anchor, ClientId Owner, string Label, KeyUsage Usage);

/// <summary>Checks the anchors of an order's keys as a peer shows them. The ids come from the order, which administrators signed: each binds its creation, and that the rest (spec §9, §10.2).</summary>
internal sealed class AnchorChecking(MachineContext context, Suite suite, IReadOnlyList<OrderedKey> keys, IReadOnlyList<KeyAnchor> shown) : Work
{
    private readonly IRequestDecoder _decoder = context.Setup.Decoder;
    private readonly Membership _members = context.Members;
    private readonly Dictionary<SignedRequest, RequestAction.CreateKeys> _read = new(ReferenceEqualityComparer.Instance);

    /// <summary>A batch's certificates carry the same signatures over the same statement: each is checked once.</summary>
    private readonly Dictionary<(NodeId, Digest32), (ReadOnlyMemory<byte> Signature, bool Holds)> _signed = [];

    /// <summary>In key order; null when one does not hold.</summary>
    public IReadOnlyList<ProvenAnchor>? Proven { get; private set; }

    /// <summary>What the first fault is.</summary>
    public string Fault { get; private set; } = "";

    public override void Run()
    {
        if (shown.Count != keys.Count)
        {
            Fault = $"{shown.Count} anchors are shown for {keys.Count} keys";
            return;
        }
        var proven = new ProvenAnchor[keys.Count];
        for (var k = 0; k < proven.Length; k++)
        {
            var anchor = shown[k];
            if ((Find(anchor.Creation, out var asked) ?? Judge(keys[k].Key, anchor, asked!)) is { } fault)
            {
                Fault = $"key {keys[k].Key}: {fault}";
                return;
            }
            proven[k] = new(anchor, anchor.Creation.Client, asked!.Labels.Count == 0 ? "" : asked.Labels[anchor.Index], asked.Usage);
        }
        Proven = proven;
    }

    /// <summary>The first key of which a record is not of the anchor's key; null when all are. Keys without a record are left out, and there may be no anchors at all.</summary>
    public static KeyId? FindOther(IReadOnlyList<ProvenAnchor> anchors, IEnumerable<KeyRecord?> records) =>
        anchors.Zip(records).Where(pair => pair.Second is { } record && !AnchorCheck.IsOf(pair.First.Anchor, record)).Select(pair => (KeyId?)pair.Second!.KeyId).FirstOrDefault();

    private string? Judge(KeyId key, KeyAnchor anchor, RequestAction.CreateKeys asked)
    {
        if (asked.Suite != suite)
            return "its creation request is for another suite";
        var verdict = AnchorCheck.Check(key, anchor, asked, HasSigned);
        return verdict.IsValid ? null : verdict.ToString();
    }

    private string? Find(SignedRequest creation, out RequestAction.CreateKeys? asked)
    {
        if (_read.TryGetValue(creation, out asked))
            return null;
        if (!_decoder.TryDecode(creation.Body.Span, out var body, out _) || body.Action is not RequestAction.CreateKeys create || body.Cluster != _members.Roster.Cluster)
            return "its creation request is none of this cluster";
        if (!IsSigned(creation))
            return "its creation request is not signed by its client";
        _read.Add(creation, asked = create);
        return null;
    }

    /// <summary>
    /// The id alone binds the request. Its signature is for clients that are shown the key later, and is judged where it can be: under a client's first key, which its id is the hash of. A client that has left
    /// the roster, or has another key by now, may have signed with one that this node does not know.
    /// </summary>
    private bool IsSigned(SignedRequest creation)
    {
        if (!_members.Clients.TryGetValue(creation.Client, out var known) || new ClientId(SHA256.HashData(known.Client.SigningKey.Span)) != creation.Client)
            return creation.Signature.Length == Ed25519Signature.Size;
        return creation.Signature.Length == Ed25519Signature.Size && known.Key.Verify(RequestStatements.ClientRequest(creation.Body.Span), creation.Signature.Span);
    }

    private bool? HasSigned(NodeId nid, Digest32 statement, ReadOnlyMemory<byte> signature)
    {
        if (_signed.TryGetValue((nid, statement), out var known) && known.Signature.Span.SequenceEqual(signature.Span))
            return known.Holds;
        var holds = _members.HasEverSigned(nid, statement, signature.Span);
        _signed[(nid, statement)] = (signature, holds);
        return holds;
    }
}
