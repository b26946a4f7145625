using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>What an order starts; the number is the wire's. Up to 5 it is the specification's (§3.4) and the same as the protocol's in §4.10; from 16 the service's own.</summary>
public enum OrderKind : byte
{
    Creation = 2,
    Refresh = 3,
    Reshare = 4,
    Recovery = 5,

    Destruction = 16,
    DestructionCancelled = 17,
    AttemptEnded = 18,
    JobCancelled = 19,
}

/// <summary>H(order): what binds a session to the signed order that allows it (spec §3.4, §9).</summary>
public static class OrderHash
{
    /// <summary>Signers of one order at most.</summary>
    public const int MaxSigners = 64;

    /// <summary>H("order"; u8 kind, SHA-256 of the exact signed bytes, signer id).</summary>
    /// <param name="kind">What is ordered.</param>
    /// <param name="exactBytesHash">SHA-256 of the signed bytes as they arrived: for a creation, of the client's signed request.</param>
    /// <param name="signerId">Who signed: the client or administrator, or <see cref="SignersId"/>.</param>
    public static Digest32 Compute(OrderKind kind, Digest32 exactBytesHash, Bytes32 signerId) =>
        new TranscriptHash(Tags.Order).U8((byte)kind).Digest(exactBytesHash).Bytes32(signerId).ToDigest();

    /// <summary>The signer id of an order with several signers: H("order-signers"; list of ids), ascending, each once.</summary>
    /// <exception cref="ArgumentException">No signer, too many, a repetition or another order.</exception>
    public static Bytes32 SignersId(ReadOnlySpan<Bytes32> ascending)
    {
        if (ascending.Length is < 1 or > MaxSigners)
            throw new ArgumentException($"expected 1..{MaxSigners} signers, got {ascending.Length}", nameof(ascending));
        var transcript = new TranscriptHash(Tags.OrderSigners).Count(ascending.Length);
        for (var i = 0; i < ascending.Length; i++)
        {
            if (i > 0 && ascending[i - 1].CompareTo(ascending[i]) >= 0)
                throw new ArgumentException("signers must ascend and not repeat", nameof(ascending));
            transcript.Bytes32(ascending[i]);
        }
        return transcript.ToDigest().Value;
    }
}
