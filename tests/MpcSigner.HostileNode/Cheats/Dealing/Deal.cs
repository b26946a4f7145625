using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Wire.Requests;

namespace MpcSigner.HostileNode.Cheats.Dealing;

/// <summary>Where the parts of the messages of one key generation, refresh, reshare or recovery stand, and how they are signed (spec §9, §10).</summary>
/// <param name="Points">Points that a dealer opens for each key.</param>
/// <param name="Maintenance">Null in a key generation.</param>
internal sealed record Deal(OwnSession Session, IGroup Group, Digest32 Context, int Count, int Points, MaintenanceInput? Maintenance)
{
    public const int SignatureSize = Ed25519Signature.Size;

    /// <summary>ctx ‖ com.</summary>
    public const int CommitmentAt = Digest32.Size;

    /// <summary>T1 ‖ points.</summary>
    public const int PointsAt = Digest32.Size;

    public bool HasProofs => Maintenance is null;

    public int ProofSize => Group.PointSize + IGroup.ScalarSize;

    public int SaltAt => PointsAt + Count * Points * Group.PointSize + (HasProofs ? Count * Bytes32.Size : 0);

    public int ProofsAt => SaltAt + Bytes32.Size;

    public int OpeningSize => ProofsAt + (HasProofs ? Count * ProofSize : 0);

    public int SharesSize => Count * IGroup.ScalarSize;

    public static Deal? Of(OwnSession session)
    {
        var group = session.Terms.Suite == Suite.None ? null : Groups.For(session.Terms.Suite.Curve());
        switch (session.Terms.Protocol)
        {
            case ProtocolKind.Dkg when CreationStart.TryDecode(session.Start.Span, out var start) && DkgInput.TryDecode(start.Inputs.Span, out var input):
                return new(session, group!, input.Context, input.Count, input.Threshold, null);
            case ProtocolKind.Refresh or ProtocolKind.Reshare or ProtocolKind.Recovery when MaintenanceStart.TryDecode(session.Start.Span, out var start):
                if (!new RequestBodyCodec().TryDecode(start.Order.Body.Span, out RequestBody? body, out _) || body.Action is not MaintenanceAction action
                    || !MaintenanceTerms.TryCreate(action, session.Terms.Subject, out var terms, out _))
                    return null;
                var maintenance = MaintenanceInput.Create(terms, session.Terms.Initiator, session.Terms.Session);
                return new(session, group!, maintenance.Context, terms.Count, MaintenanceProtocol.Of(terms, group!).Layout.PointsPerKey, maintenance);
            default:
                return null;
        }
    }

    /// <summary>A statement to everybody: body ‖ signature.</summary>
    public byte[] Sign(Hand hand, byte round, Digest32? t1, ReadOnlySpan<byte> body) => Sign(hand, round, 0, t1, body);

    /// <summary>opening ‖ sig, and where shares go to the recipient ‖ shares ‖ sig.</summary>
    public byte[] SignRound2(Hand hand, NodeId to, Digest32 t1, ReadOnlySpan<byte> opening, ReadOnlySpan<byte> shares) =>
        [.. Sign(hand, 2, 0, t1, opening), .. shares.IsEmpty ? [] : Sign(hand, 2, Session.PidOf(to).Value, t1, shares)];

    /// <summary>A confirmation is for everybody, a helper's sums for the recovered party alone.</summary>
    public byte[] SignRound3(Hand hand, NodeId to, Digest32 t1, ReadOnlySpan<byte> body) =>
        Sign(hand, 3, Session.Terms.Protocol == ProtocolKind.Recovery ? Session.PidOf(to).Value : (ushort)0, t1, body);

    private byte[] Sign(Hand hand, byte round, ushort to, Digest32? t1, ReadOnlySpan<byte> body)
    {
        var signed = new byte[body.Length + SignatureSize];
        body.CopyTo(signed);
        SignedStatement.Sign(hand.Signer, Context, round, Session.SelfPid, to, t1, body, signed.AsSpan(body.Length));
        return signed;
    }

    /// <summary>The bytes that stand for O, which has no encoding on secp256k1 and P-256 and a forbidden one on edwards25519.</summary>
    public byte[] IdentityBytes()
    {
        var bytes = new byte[Group.PointSize];
        if (Group.Curve == Curve.Edwards25519)
            bytes[0] = 1;
        return bytes;
    }

    /// <summary>A point, and a canonical scalar, that differ from what stands there.</summary>
    public void AddGenerator(Span<byte> point)
    {
        if (!Group.TryDecodePoint(point, out var decoded))
            throw new InvalidOperationException("no point stands there");
        Group.Add(decoded, Group.Generator).Encoded.CopyTo(point);
    }

    public void AddOne(Span<byte> scalar)
    {
        if (!Group.TryDecodeScalar(scalar, out var decoded))
            throw new InvalidOperationException("no scalar stands there");
        Group.AddPublic(decoded, Group.One).CopyTo(scalar);
    }
}
