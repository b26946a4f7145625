using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Boundary;

/// <summary>Unary calls between nodes.</summary>
public abstract record PeerCall
{
    private PeerCall() { }

    /// <summary>"This is my newest instance, my clock, what I have in force." Sent at start and every few seconds.</summary>
    public sealed record Hello(Announcement Announcement) : PeerCall;

    /// <summary>Asks the peer to authenticate, decode, decide and book the request's exclusive value, and to acknowledge with a signature.</summary>
    public sealed record Book(SignedRequest Request, DateTimeOffset Clock) : PeerCall;

    /// <summary>Asks what the peer decides; it logs its verdict and books nothing.</summary>
    public sealed record Judge(SignedRequest Request, DateTimeOffset Clock) : PeerCall;

    /// <summary>A party in PENDING asks what became of the order, and shows it: whoever does not know the order yet refuses it for ever before
    /// it says so, and records nothing that no client has signed.</summary>
    public sealed record AskOrder(SignedRequest Request) : PeerCall;

    /// <summary>A node that activated pushes the certificate: H(order), T2, records' root and all n ACKs.</summary>
    public sealed record PushCertificate(OrderCertificate Certificate) : PeerCall;

    /// <summary>A finished signature, so that every node answers a repeated request alike. The receiver verifies it.</summary>
    public sealed record PushResult(SignedRequest Request, ReadOnlyMemory<byte> Signature) : PeerCall;

    /// <summary>Asks for the peer's part of a signature, from material that both made ahead: the one round trip of a signature.</summary>
    /// <param name="Request">The client's own: the peer authenticates, decodes, decides, books and logs from it.</param>
    /// <param name="Roster">What the coordinator has in force; so too <paramref name="Policy"/>.</param>
    /// <param name="Coordinator">The process that asks; material belongs to it alone.</param>
    /// <param name="Signer">The process that the material was made with.</param>
    /// <param name="Envelope">The question and the bookings, sealed with the keys of the session in which the material was made.</param>
    public sealed record PartialSign(
        SignedRequest Request, DateTimeOffset Clock, Digest32 Roster, Digest32 Policy, InstanceId Coordinator, InstanceId Signer,
        ReadOnlyMemory<byte> Envelope) : PeerCall
    {
        /// <summary>Above the longest message with its bookings.</summary>
        public const int MaxEnvelopeBytes = 192 << 10;
    }

    /// <summary>Administrators' word that every node needs, a destruction or its cancellation, as it was signed: the receiver judges it by itself.</summary>
    public sealed record ForwardOrder(SignedOrder Order) : PeerCall;

    /// <summary>Asks for the roster of that version, or says by asking that the caller has those before it. Sent to a peer that goes by another roster.</summary>
    /// <param name="From">The version after the caller's own.</param>
    public sealed record FetchRosters(uint From) : PeerCall;

    /// <summary>Asks what became of a maintenance order, and shows it: a member of it that does not know it yet refuses it for ever before it says so.</summary>
    /// <param name="Hash">H(order): whoever knows it answers, whatever has become of the signers since.</param>
    public sealed record AskMaintenance(Digest32 Hash, SignedOrder Order) : PeerCall;

    /// <summary>An old party outside the session that heard of the new generation asks to be taught it: answered by a <see cref="PushMaintained"/> of its own.</summary>
    public sealed record AskTeaching(Digest32 Hash) : PeerCall;

    /// <summary>A node on which the order is ACTIVE shows the certificate, with its DONE.</summary>
    /// <param name="Done">Empty where the caller holds no new share: a dealer that leaves, an old party outside the session.</param>
    /// <param name="Keys">For an old party that was not in the session: all that it needs to verify the certificate. Else null.</param>
    public sealed record PushMaintained(OrderCertificate Certificate, ReadOnlyMemory<byte> Done, MaintainedKeys? Keys) : PeerCall;

    /// <summary>Asks for the certified records of keys that are in use at the peer: answered in the order asked.</summary>
    /// <param name="Keys">1..<see cref="MaxKeys"/>.</param>
    public sealed record AskKeys(IReadOnlyList<KeyId> Keys) : PeerCall
    {
        public const int MaxKeys = 64;
    }
}

public abstract record PeerReply
{
    private PeerReply() { }

    /// <param name="Version">Of the roster in force at the answerer; so too <paramref name="Hash"/>.</param>
    /// <param name="Next">The version asked for, with the signatures it was accepted by; null when the answerer has none such.</param>
    public sealed record Rosters(uint Version, Digest32 Hash, SignedRoster? Next) : PeerReply;

    public sealed record Hello(Announcement Announcement) : PeerReply;

    /// <param name="Ack">The booking's signature; see the wire document.</param>
    /// <param name="KnownResult">The signature this request already has, empty if none is known.</param>
    public sealed record Booked(BookingAck Ack, ReadOnlyMemory<byte> KnownResult) : PeerReply;

    public sealed record Judged(bool Allowed, ServiceError? Denial) : PeerReply;

    public sealed record Order(OrderAnswer Answer) : PeerReply;

    public sealed record Maintenance(MaintenanceAnswer Answer) : PeerReply;

    /// <param name="Found">One for each key asked about; null where the peer holds no certified record.</param>
    public sealed record Keys(IReadOnlyList<CertifiedKey?> Found) : PeerReply;

    public sealed record Accepted : PeerReply;

    /// <param name="Envelope">The share, sealed in the session of its material.</param>
    public sealed record PartiallySigned(ReadOnlyMemory<byte> Envelope) : PeerReply;

    /// <summary>The request has its signature already.</summary>
    public sealed record AlreadySigned(ReadOnlyMemory<byte> Signature) : PeerReply;

    /// <summary>The question was opened and is not answered. The session of its material goes on, which a <see cref="Refused"/> leaves in doubt.</summary>
    public sealed record NotSigned(ServiceError Error) : PeerReply;

    public sealed record Refused(ServiceError Error) : PeerReply;
}

/// <summary>A version of the roster as it travels: judged by whoever receives it.</summary>
/// <param name="Bytes">The exact signed bytes.</param>
/// <param name="Signatures">Each a document signature's YAML.</param>
public sealed record SignedRoster(ReadOnlyMemory<byte> Bytes, IReadOnlyList<ReadOnlyMemory<byte>> Signatures);

/// <summary>What a node says of itself, signed with its identity key (wire document: announcement).</summary>
/// <param name="TlsKey">SHA-256 of its TLS key's SPKI: certifies that key by the identity.</param>
/// <param name="Clock">Whole milliseconds; covered by the signature.</param>
public sealed record Announcement(
    NodeId Nid, InstanceId Instance, ulong StartCounter, Digest32 TlsKey,
    ushort MinVersion, ushort MaxVersion, DateTimeOffset Clock, Digest32 Roster, Digest32 Policy, ReadOnlyMemory<byte> Signature);

/// <summary>A node's signed word that it has durably booked a value (design §11.1): signature over H("booking"; version, cluster, kind, scope, value, nid).</summary>
public sealed record BookingAck(NodeId Node, ReadOnlyMemory<byte> Signature);

/// <summary>All ACKs of an order: of the n of a creation; of all members of a refresh or reshare, ascending by pid.</summary>
public sealed record OrderCertificate(Digest32 Order, Digest32 Echo, Digest32 RecordsRoot, IReadOnlyList<(PartyId Pid, ReadOnlyMemory<byte> Ack)> Acks);

/// <summary>What a node knows of an order.</summary>
public abstract record OrderAnswer
{
    private OrderAnswer() { }

    /// <summary>Its session is still running there.</summary>
    public sealed record InProgress : OrderAnswer;

    /// <summary>It has acknowledged and waits too: here is its own ACK.</summary>
    public sealed record Acknowledged(Digest32 Echo, Digest32 RecordsRoot, ReadOnlyMemory<byte> Ack) : OrderAnswer;

    public sealed record Certified(OrderCertificate Certificate) : OrderAnswer;

    /// <summary>A party's signed ABORT: the answerer's own, or the one on which it gave up after its own ACK.</summary>
    /// <param name="Party">Whose signature it is: verify it under that party's identity.</param>
    public sealed record Aborted(byte Kind, PartyId Party, ReadOnlyMemory<byte> Signature) : OrderAnswer;
}
