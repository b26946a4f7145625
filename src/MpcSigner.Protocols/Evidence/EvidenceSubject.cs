using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Evidence;

/// <summary>The session in which something was signed: the inputs that its context, and so every signature in it, is bound to.</summary>
public abstract record EvidenceSubject
{
    private EvidenceSubject() { }

    public abstract ProtocolKind Protocol { get; }

    /// <summary>Who took part, ascending by pid.</summary>
    public abstract IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; }

    /// <summary>What every statement of the session is signed under; null where statements carry their whole question.</summary>
    public abstract Digest32? Context { get; }

    /// <summary>A key generation (spec §9).</summary>
    /// <param name="Order">The client's signed request; H(order) of the inputs names it.</param>
    public sealed record KeyGeneration(SignedRequest Order, DkgInput Input) : EvidenceSubject
    {
        public override ProtocolKind Protocol => ProtocolKind.Dkg;

        public override IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties => Input.Parties;

        public override Digest32? Context => Input.Context;
    }

    /// <summary>A refresh, reshare or recovery (spec §10).</summary>
    /// <param name="Order">As the administrators signed it; H(order) of the inputs names it.</param>
    /// <param name="Records">The present records in key order: KH_old, and so the context, binds every byte of them.</param>
    public sealed record Maintenance(SignedOrder Order, MaintenanceInput Input, IReadOnlyList<KeyRecord> Records) : EvidenceSubject
    {
        public override ProtocolKind Protocol => Input.Terms.Protocol;

        public override IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties => Input.Terms.Members;

        public override Digest32? Context => Input.Context;
    }

    /// <summary>A FROST signature (spec §19.3). The request stands in the signed share itself, which KH ties to the record.</summary>
    /// <param name="Certificate">Encoded commit certificate of the record.</param>
    /// <param name="Dealers">Parties whose ACKs the certificate carries beside those of the record; else empty.</param>
    public sealed record Signing(KeyRecord Record, ReadOnlyMemory<byte> Certificate, IReadOnlyList<(PartyId Pid, NodeId Nid)> Dealers) : EvidenceSubject
    {
        public override ProtocolKind Protocol => ProtocolKind.Frost;

        public override IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties => [.. Record.Parties.Select(party => (party.Pid, party.Nid))];

        public override Digest32? Context => null;
    }
}
