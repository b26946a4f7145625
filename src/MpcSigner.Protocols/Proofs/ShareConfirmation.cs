using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Proofs;

/// <summary>The broadcast of round 3 of key generation, refresh and reshare: T2 ‖ KHR ‖ N PoK of the sender's shares (spec §9).</summary>
internal sealed record ShareConfirmation(Digest32 T2, Digest32 RecordsRoot, SchnorrProof[] Proofs)
{
    private const int EchoesSize = 2 * Digest32.Size;

    /// <summary>Bytes of the payload for N keys.</summary>
    public static int Size(IGroup group, int count) => EchoesSize + count * SchnorrProof.Size(group);

    /// <summary>Proves every share of a batch, bound to (T2, KHR, pid, k).</summary>
    /// <param name="publicShares">X of the prover, in key order.</param>
    public static ShareConfirmation Prove(
        IGroup group, Digest32 t2, Digest32 recordsRoot, PartyId prover, SecretScalars shares, GroupPoint[] publicShares, IRandomSource random)
    {
        var context = SchnorrContext.OfShares(t2, recordsRoot, prover);
        var proofs = new SchnorrProof[publicShares.Length];
        for (var k = 0; k < proofs.Length; k++)
        {
            using var share = shares[k];
            proofs[k] = SchnorrProof.Prove(group, context, k, share, publicShares[k], random);
        }
        return new(t2, recordsRoot, proofs);
    }

    public byte[] Encode()
    {
        var writer = new ByteWriter(Size(Proofs[0].Nonce.Group, Proofs.Length)).Bytes32(T2.Value).Bytes32(RecordsRoot.Value);
        foreach (var proof in Proofs)
            writer.Bytes(proof.Encode());
        return writer.ToArray();
    }

    /// <summary>T2 and KHR of a payload whose length was checked: they are compared before anything else is read.</summary>
    public static (Digest32 T2, Digest32 RecordsRoot) ReadEchoes(ReadOnlySpan<byte> payload) =>
        (new(payload[..Digest32.Size]), new(payload[Digest32.Size..EchoesSize]));

    /// <summary>The encoded proofs of a payload whose length was checked.</summary>
    public static ReadOnlyMemory<byte> ProofsOf(ReadOnlyMemory<byte> payload) => payload[EchoesSize..];

    public static bool TryDecode(IGroup group, int count, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out ShareConfirmation? confirmation)
    {
        confirmation = null;
        if (payload.Length != Size(group, count))
            return false;
        var (t2, root) = ReadEchoes(payload);
        if (SchnorrProof.DecodeEach(group, [ProofsOf(payload.ToArray())])[0] is not { } proofs)
            return false;
        confirmation = new(t2, root, proofs);
        return true;
    }
}
