using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>The inputs of one session of refresh, reshare or recovery: the order's terms, and what a START adds to them (spec §10).</summary>
/// <remarks>
/// The encoding has the inputs in the order of the context. Only initiator and session id are new to a node that holds the order:
/// a START that says anything else than the order says is refused.
/// </remarks>
public sealed record MaintenanceInput
{
    /// <summary>u8 version ‖ KH_old ‖ H(order) before, nid of the initiator ‖ dsid after what the protocol adds.</summary>
    private const int FixedSize = 1 + 2 * Digest32.Size + NodeId.Size + SessionId.Size;

    /// <summary>Two lists of at most 16 parties with their counts, and t′, n′ or pid_r.</summary>
    public const int MaxSize = FixedSize + 2 * (2 + Core.Keys.KeyLimits.MaxParties * (2 + NodeId.Size)) + 2;

    private MaintenanceInput(MaintenanceTerms terms, NodeId initiator, SessionId session)
    {
        Terms = terms;
        Initiator = initiator;
        Session = session;
        Context = ComputeContext();
    }

    public MaintenanceTerms Terms { get; }

    public NodeId Initiator { get; }

    /// <summary>dsid, also the session's id in every envelope.</summary>
    public SessionId Session { get; }

    /// <summary>rctx, sctx or the context of a recovery.</summary>
    public Digest32 Context { get; }

    public static MaintenanceInput Create(MaintenanceTerms terms, NodeId initiator, SessionId session) => new(terms, initiator, session);

    /// <summary>
    /// rctx = H("rf-ctx"; version, KH_old, H(order), nid_initiator, dsid); sctx = H("rs-ctx"; version, KH_old, H(order), S, L′, t′, n′, …);
    /// of a recovery H("rc-ctx"; version, KH_old, H(order), S, pid_r, …). S and L′ are lists of (pid ‖ nid).
    /// </summary>
    private Digest32 ComputeContext()
    {
        var hash = new TranscriptHash(MaintenanceTags.Of(Terms.Protocol).Context).Version().Digest(Terms.OldRoot).Digest(Terms.Order);
        if (Terms.Protocol != ProtocolKind.Refresh)
            AddParties(hash, Terms.Dealers);
        if (Terms.Protocol == ProtocolKind.Reshare)
        {
            AddParties(hash, Terms.NewParties);
            hash.U8(Terms.NewThreshold).U8((byte)Terms.NewParties.Count);
        }
        if (Terms.Protocol == ProtocolKind.Recovery)
            hash.Pid(Terms.NewParties[0].Pid);
        return hash.Bytes32(Initiator.Value).Bytes32(Session.Value).ToDigest();
    }

    private static void AddParties(TranscriptHash hash, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        hash.Count(parties.Count);
        foreach (var (pid, nid) in parties)
            hash.Joined(pid, nid.Value);
    }

    /// <summary>The inputs in the order of the context.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(MaxSize).U8(Tags.Version).Bytes32(Terms.OldRoot.Value).Bytes32(Terms.Order.Value);
        if (Terms.Protocol != ProtocolKind.Refresh)
            Write(writer, Terms.Dealers);
        if (Terms.Protocol == ProtocolKind.Reshare)
        {
            Write(writer, Terms.NewParties);
            writer.U8(Terms.NewThreshold).U8((byte)Terms.NewParties.Count);
        }
        if (Terms.Protocol == ProtocolKind.Recovery)
            writer.U16(Terms.NewParties[0].Pid.Value);
        return writer.Bytes32(Initiator.Value).Bytes32(Session.Value).ToArray();
    }

    private static void Write(ByteWriter writer, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        writer.U16((ushort)parties.Count);
        foreach (var (pid, nid) in parties)
            writer.U16(pid.Value).Bytes32(nid.Value);
    }

    /// <summary>Takes initiator and session id from a START's inputs; false unless every other byte is what the order's terms make it.</summary>
    public static bool TryDecode(MaintenanceTerms terms, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out MaintenanceInput? input)
    {
        input = null;
        if (payload.Length is < FixedSize or > MaxSize)
            return false;
        var added = payload[^(NodeId.Size + SessionId.Size)..];
        var claimed = Create(terms, new(new Bytes32(added[..NodeId.Size])), new(new Bytes32(added[NodeId.Size..])));
        if (!payload.SequenceEqual(claimed.Encode()))
            return false;
        input = claimed;
        return true;
    }

    /// <summary>The same session with the same inputs: the context covers them all.</summary>
    public bool Equals(MaintenanceInput? other) => other is not null && Context == other.Context;

    public override int GetHashCode() => Context.GetHashCode();
}
