using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkg;

/// <summary>What is wrong with the parameters of a key generation.</summary>
public enum DkgInputFault
{
    NoSuite = 1,

    /// <summary>t outside 2..n.</summary>
    BadThreshold = 2,

    /// <summary>n outside 2..16, pids not ascending and distinct, or a node twice.</summary>
    BadParties = 3,

    /// <summary>N outside 1..1,000.</summary>
    BadBatchSize = 4,
}

/// <summary>The inputs of a key generation of N keys (spec §9, §9.1). A START is a request: the receiver compares every one of them with the order it holds.</summary>
/// <remarks>Its encoding is the START payload: the inputs in the order of dctx. An instance is valid by construction.</remarks>
public sealed record DkgInput
{
    /// <summary>u8 version ‖ u8 suite ‖ u8 curve ‖ H(order) ‖ u16 N ‖ key ids ‖ u8 t ‖ u8 n ‖ (pid ‖ nid)… ‖ nid of the initiator ‖ dsid.</summary>
    private const int FixedSize = 3 + Digest32.Size + 2 + 1 + 1 + NodeId.Size + SessionId.Size;

    public const int MaxSize = FixedSize + KeyLimits.MaxBatch * KeyId.Size + KeyLimits.MaxParties * (2 + NodeId.Size);

    private DkgInput(Suite suite, Digest32 order, int count, byte threshold, IReadOnlyList<(PartyId, NodeId)> parties, NodeId initiator, SessionId session)
    {
        Suite = suite;
        Order = order;
        Threshold = threshold;
        Parties = parties;
        Initiator = initiator;
        Session = session;
        KeyIds = [.. Enumerable.Range(0, count).Select(k => Cryptography.KeyRecords.KeyIds.Derive(order, k))];
        Context = ComputeContext();
    }

    public Suite Suite { get; }

    /// <summary>H(order).</summary>
    public Digest32 Order { get; }

    /// <summary>t.</summary>
    public byte Threshold { get; }

    /// <summary>L, ascending by pid.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; }

    public NodeId Initiator { get; }

    /// <summary>dsid, also the session's id in every envelope.</summary>
    public SessionId Session { get; }

    /// <summary>N ids, H("key-id"; H(order), u16 k): nobody chooses them.</summary>
    public IReadOnlyList<KeyId> KeyIds { get; }

    /// <summary>N.</summary>
    public int Count => KeyIds.Count;

    /// <summary>dctx.</summary>
    public Digest32 Context { get; }

    /// <summary>The pid of a node, or null when it has no part.</summary>
    public PartyId? PidOf(NodeId nid)
    {
        foreach (var party in Parties)
        {
            if (party.Nid == nid)
                return party.Pid;
        }
        return null;
    }

    /// <summary>Checks the parameters (spec §9) and derives key ids and dctx. Whether a key id is known already is the caller's to check.</summary>
    /// <param name="parties">Ascending by pid.</param>
    public static bool TryCreate(
        Suite suite, Digest32 order, int count, int threshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties, NodeId initiator, SessionId session,
        [NotNullWhen(true)] out DkgInput? input, out DkgInputFault? fault)
    {
        input = null;
        fault = Judge(suite, count, threshold, parties);
        if (fault is not null)
            return false;
        input = new(suite, order, count, (byte)threshold, [.. parties], initiator, session);
        return true;
    }

    private static DkgInputFault? Judge(Suite suite, int count, int threshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        if (suite == Suite.None)
            return DkgInputFault.NoSuite;
        if (count is < 1 or > KeyLimits.MaxBatch)
            return DkgInputFault.BadBatchSize;
        if (parties.Count is < KeyLimits.MinThreshold or > KeyLimits.MaxParties)
            return DkgInputFault.BadParties;
        var nids = new HashSet<NodeId>();
        for (var i = 0; i < parties.Count; i++)
        {
            // default(PartyId) is 0, the coordinate of the secret itself.
            if (parties[i].Pid.Value == 0 || (i > 0 && parties[i].Pid.CompareTo(parties[i - 1].Pid) <= 0) || !nids.Add(parties[i].Nid))
                return DkgInputFault.BadParties;
        }
        return threshold < KeyLimits.MinThreshold || threshold > parties.Count ? DkgInputFault.BadThreshold : null;
    }

    /// <summary>H("dkg-ctx"; version, suite, curve, H(order), list of key_ids, u8 t, u8 n, L, nid_initiator, dsid).</summary>
    private Digest32 ComputeContext()
    {
        var hash = new TranscriptHash(Tags.DkgContext).Version().Text(Suite.HashName()).Text(Suite.Curve().HashName()).Digest(Order).Count(Count);
        foreach (var id in KeyIds)
            hash.Bytes32(id.Value);
        hash.U8(Threshold).U8((byte)Parties.Count).Count(Parties.Count);
        foreach (var (pid, nid) in Parties)
            hash.Joined(pid, nid.Value);
        return hash.Bytes32(Initiator.Value).Bytes32(Session.Value).ToDigest();
    }

    /// <summary>The START payload.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(FixedSize + Count * KeyId.Size + Parties.Count * (2 + NodeId.Size))
            .U8(Tags.Version).U8((byte)Suite).U8((byte)Suite.Curve()).Bytes32(Order.Value).U16((ushort)Count);
        foreach (var id in KeyIds)
            writer.Bytes32(id.Value);
        writer.U8(Threshold).U8((byte)Parties.Count);
        foreach (var (pid, nid) in Parties)
            writer.U16(pid.Value).Bytes32(nid.Value);
        return writer.Bytes32(Initiator.Value).Bytes32(Session.Value).ToArray();
    }

    /// <summary>Reads a START payload: valid parameters, key ids that follow from H(order), nothing left over.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out DkgInput? input)
    {
        input = null;
        var reader = new ByteReader(payload);
        if (payload.Length > MaxSize || !reader.U8(out var version) || version != Tags.Version || !reader.U8(out var suiteNumber)
            || suiteNumber is 0 or > (byte)Suite.FrostSecp256k1Taproot || !reader.U8(out var curve) || curve != (byte)((Suite)suiteNumber).Curve()
            || !reader.Bytes32(out var order) || !reader.U16(out var count) || count > KeyLimits.MaxBatch)
            return false;
        var keyIds = new KeyId[count];
        for (var k = 0; k < count; k++)
        {
            if (!reader.Bytes32(out var id))
                return false;
            keyIds[k] = new(id);
        }
        if (!reader.U8(out var threshold) || !reader.U8(out var n) || n > KeyLimits.MaxParties)
            return false;
        var parties = new (PartyId, NodeId)[n];
        for (var i = 0; i < n; i++)
        {
            if (!reader.U16(out var pid) || pid == 0 || !reader.Bytes32(out var nid))
                return false;
            parties[i] = (new(pid), new(nid));
        }
        return reader.Bytes32(out var initiator) && reader.Bytes32(out var session) && reader.AtEnd
            && TryCreate((Suite)suiteNumber, new(order), count, threshold, parties, new(initiator), new(session), out input, out _)
            && input.KeyIds.SequenceEqual(keyIds);
    }

    /// <summary>Same session with the same inputs: dctx covers them all.</summary>
    public bool Equals(DkgInput? other) => other is not null && Context == other.Context;

    public override int GetHashCode() => Context.GetHashCode();
}
