using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Sessions;

/// <summary>What all joins of a session must agree on (spec §4.10).</summary>
/// <param name="Subject">H(order) for key generation and maintenance, KH for presign and FROST, 32 zero bytes for a pair setup.</param>
public sealed record SessionTerms(
    ProtocolKind Protocol, Suite Suite, ClusterId Cluster, SessionId Session, NodeId Initiator, Digest32 Subject);

/// <summary>One member's entry into a session: the terms, and who comes with which fresh X25519 key (spec §4.10).</summary>
/// <param name="StartCounter">Of the member's process start; peers accept only the newest (spec §4.1).</param>
/// <param name="EphemeralKey">e_i·B of X25519.</param>
public sealed record Join(SessionTerms Terms, NodeId Nid, InstanceId Instance, ulong StartCounter, Bytes32 EphemeralKey)
{
    public const byte Version = 1;

    /// <summary>Bytes of join_i, without its signature.</summary>
    public const int Size = 3 + ClusterId.Size + SessionId.Size + NodeId.Size + Digest32.Size + NodeId.Size + InstanceId.Size + 8 + Bytes32.Size;

    public byte[] Encode() => new ByteWriter(Size)
        .U8(Version).U8((byte)Terms.Protocol).U8((byte)Terms.Suite)
        .Bytes32(Terms.Cluster.Value).Bytes32(Terms.Session.Value).Bytes32(Terms.Initiator.Value).Bytes32(Terms.Subject.Value)
        .Bytes32(Nid.Value).Bytes(Instance.ToArray()).U64(StartCounter).Bytes32(EphemeralKey)
        .ToArray();

    /// <summary>Reads exactly <see cref="Size"/> bytes; false for another length or version, or an unknown protocol or suite.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Join? join)
    {
        join = null;
        var reader = new ByteReader(bytes);
        if (bytes.Length != Size || !reader.U8(out var version) || version != Version
            || !reader.U8(out var protocol) || protocol is < (byte)ProtocolKind.PairSetup or > (byte)ProtocolKind.Frost
            || !reader.U8(out var suite) || suite > (byte)Suite.FrostSecp256k1Taproot
            || !reader.Bytes32(out var cluster) || !reader.Bytes32(out var session) || !reader.Bytes32(out var initiator)
            || !reader.Bytes32(out var subject) || !reader.Bytes32(out var nid) || !reader.Bytes(InstanceId.Size, out var instance)
            || !reader.U64(out var startCounter) || !reader.Bytes32(out var ephemeral) || !reader.AtEnd)
            return false;
        join = new(
            new((ProtocolKind)protocol, (Suite)suite, new(cluster), new(session), new(initiator), new(subject)),
            new(nid), new(instance), startCounter, ephemeral);
        return true;
    }

    /// <summary>H("join"; join_i): what the identity key signs.</summary>
    internal Digest32 Digest() => SessionHashes.Join(Encode());

    public SignedJoin Sign(IIdentitySigner identity) => new(this, identity.Sign(Digest()));
}

/// <summary>A join with the identity signature over H("join"; join_i), as it travels: join ‖ signature.</summary>
public sealed record SignedJoin(Join Join, ReadOnlyMemory<byte> Signature)
{
    public const int Size = Join.Size + Ed25519Signature.Size;

    public byte[] Encode() => [.. Join.Encode(), .. Signature.Span];

    /// <summary>Reads exactly <see cref="Size"/> bytes. The signature is not verified here.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedJoin? signed)
    {
        signed = null;
        if (bytes.Length != Size || !Join.TryDecode(bytes[..Join.Size], out var join))
            return false;
        signed = new(join, bytes[Join.Size..].ToArray());
        return true;
    }

    /// <param name="identity">The current identity key of <c>Join.Nid</c> by the verifier's own roster.</param>
    public bool Verify(Ed25519PublicKey identity) => identity.Verify(Join.Digest(), Signature.Span);

    public bool Equals(SignedJoin? other) => other is not null && Join == other.Join && Signature.Span.SequenceEqual(other.Signature.Span);

    public override int GetHashCode() => Join.GetHashCode();
}
