using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>A signer of a presign session, with the process start that its join named.</summary>
public sealed record PresignSigner(PartyId Pid, NodeId Nid, InstanceId Instance);

/// <summary>What is wrong with the parameters of a presign session.</summary>
public enum PresignInputFault
{
    /// <summary>The key is not one of ECDSA.</summary>
    NotEcdsa = 1,

    /// <summary>Not exactly t signers, not ascending, or not parties of the key by pid and nid.</summary>
    BadSigners = 2,

    /// <summary>Presignatures outside 1..<see cref="PresignInput.MaxCount"/>.</summary>
    BadCount = 3,
}

/// <summary>The inputs of a presign session that makes one or more presignatures (spec §12): their encoding is the START payload, in the order of ctx. Valid by construction.</summary>
/// <remarks>
/// Presignature k of K in a session has psid = the session's id with its last two bytes ⊕ (u8 (K − 1) ‖ u8 k): distinct, since no other session begins with
/// the same start counter and sequence number, and bound to K, so that a START split by K is one split by ctx. A single one has the session's id itself.
/// </remarks>
public sealed record PresignInput
{
    /// <summary>Presignatures of one session: round 2 of so many fits one envelope, and takes a peer some 10 ms.</summary>
    public const int MaxCount = 16;

    private const int FixedSize = 3 + Digest32.Size + 1 + NodeId.Size + InstanceId.Size + SessionId.Size + 1;
    private const int SignerSize = 2 + NodeId.Size + InstanceId.Size;

    /// <summary>Bytes of the longest START.</summary>
    public const int MaxSize = FixedSize + KeyLimits.MaxParties * SignerSize;

    private PresignInput(KeyRecord record, IReadOnlyList<PresignSigner> signers, NodeId initiator, InstanceId initiatorInstance, SessionId session, int count)
    {
        Record = record;
        RecordHash = KeyRecordHash.Compute(record);
        Signers = signers;
        Initiator = initiator;
        InitiatorInstance = initiatorInstance;
        Session = session;
        Contexts = [.. Enumerable.Range(0, count).Select(k => ComputeContext(count, k))];
    }

    public KeyRecord Record { get; }

    /// <summary>KH.</summary>
    public Digest32 RecordHash { get; }

    /// <summary>S, ascending: exactly t.</summary>
    public IReadOnlyList<PresignSigner> Signers { get; }

    public NodeId Initiator { get; }

    public InstanceId InitiatorInstance { get; }

    public SessionId Session { get; }

    /// <summary>ctx of each presignature.</summary>
    public IReadOnlyList<Digest32> Contexts { get; }

    /// <summary>Presignatures of the session.</summary>
    public int Count => Contexts.Count;

    /// <param name="record">Our own record of the key.</param>
    /// <param name="signers">Ascending by pid.</param>
    public static bool TryCreate(
        KeyRecord record, IReadOnlyList<PresignSigner> signers, NodeId initiator, InstanceId initiatorInstance, SessionId session, int count,
        [NotNullWhen(true)] out PresignInput? input, out PresignInputFault? fault)
    {
        fault = record.Suite is not (Suite.EcdsaSecp256k1 or Suite.EcdsaP256) ? PresignInputFault.NotEcdsa
            : !AreSigners(record, signers) ? PresignInputFault.BadSigners
            : count is < 1 or > MaxCount ? PresignInputFault.BadCount
            : null;
        input = fault is null ? new(record, [.. signers], initiator, initiatorInstance, session, count) : null;
        return input is not null;
    }

    /// <summary>The START payload.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(FixedSize + Signers.Count * SignerSize)
            .U8(Tags.Version).U8((byte)Record.Suite).U8((byte)Record.Suite.Curve()).Bytes32(RecordHash.Value).U8((byte)Signers.Count);
        foreach (var signer in Signers)
            writer.U16(signer.Pid.Value).Bytes32(signer.Nid.Value).Bytes(signer.Instance.ToArray());
        return writer.Bytes32(Initiator.Value).Bytes(InitiatorInstance.ToArray()).Bytes32(Session.Value).U8((byte)Count).ToArray();
    }

    /// <summary>Reads a START payload for a key: valid parameters of our own record, nothing left over. That they are those of the session is the caller's to compare.</summary>
    public static bool TryDecode(KeyRecord record, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out PresignInput? input)
    {
        input = null;
        var reader = new ByteReader(payload);
        if (payload.Length > MaxSize || !reader.U8(out var version) || version != Tags.Version || !reader.U8(out var suite) || suite != (byte)record.Suite
            || !reader.U8(out var curve) || curve != (byte)record.Suite.Curve() || !reader.Bytes32(out var hash) || new Digest32(hash) != KeyRecordHash.Compute(record)
            || !reader.U8(out var signerCount) || signerCount != record.Threshold)
            return false;
        var signers = new PresignSigner[signerCount];
        for (var i = 0; i < signers.Length; i++)
        {
            if (!reader.U16(out var pid) || pid == 0 || !reader.Bytes32(out var nid) || !reader.Bytes(InstanceId.Size, out var instance))
                return false;
            signers[i] = new(new(pid), new(nid), new(instance));
        }
        return reader.Bytes32(out var initiator) && reader.Bytes(InstanceId.Size, out var initiatorInstance) && reader.Bytes32(out var session)
            && reader.U8(out var count) && reader.AtEnd
            && TryCreate(record, signers, new(initiator), new(initiatorInstance), new(session), count, out input, out _);
    }

    /// <summary>The pid of a node, or null when it does not sign.</summary>
    public PartyId? PidOf(NodeId nid) => Signers.FirstOrDefault(signer => signer.Nid == nid)?.Pid;

    public bool Equals(PresignInput? other) => other is not null && Contexts.SequenceEqual(other.Contexts);

    public override int GetHashCode() => Contexts[0].GetHashCode();

    private static bool AreSigners(KeyRecord record, IReadOnlyList<PresignSigner> signers)
    {
        if (signers.Count != record.Threshold)
            return false;
        var last = 0;
        foreach (var signer in signers)
        {
            if (signer.Pid.Value <= last || record.Find(signer.Pid)?.Nid != signer.Nid)
                return false;
            last = signer.Pid.Value;
        }
        return true;
    }

    /// <summary>H("ps-ctx"; version, suite, curve, KH, list of (pid‖nid‖iid) of S, nid_initiator, iid_initiator, psid).</summary>
    private Digest32 ComputeContext(int count, int k)
    {
        var hash = new TranscriptHash(Tags.PresignContext).Version().Text(Record.Suite.HashName()).Text(Record.Suite.Curve().HashName())
            .Digest(RecordHash).Count(Signers.Count);
        Span<byte> node = stackalloc byte[NodeId.Size + InstanceId.Size];
        foreach (var signer in Signers)
        {
            signer.Nid.Value.CopyTo(node);
            signer.Instance.CopyTo(node[NodeId.Size..]);
            hash.Joined(signer.Pid.Value, node);
        }
        var psid = Session.Value.ToArray();
        psid[^2] ^= (byte)(count - 1);
        psid[^1] ^= (byte)k;
        return hash.Bytes32(Initiator.Value).Bytes(InitiatorInstance.ToArray()).Bytes(psid).ToDigest();
    }
}
