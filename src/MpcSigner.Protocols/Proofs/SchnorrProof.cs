using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Proofs;

/// <summary>A proof of knowledge of x with X = x·G: A ‖ z with A = k·G, z = k + e·x (spec §9).</summary>
internal sealed record SchnorrProof(GroupPoint Nonce, PublicScalar Response)
{
    private const int FreshBytes = 32;

    public static int Size(IGroup group) => group.PointSize + IGroup.ScalarSize;

    /// <summary>k = Hs("pok-nonce"; 32 fresh bytes, enc x, context…, X), again if 0; A = k·G; z = k + e·x.</summary>
    /// <param name="index">The key's index in its batch.</param>
    public static SchnorrProof Prove(
        IGroup group, SchnorrContext context, int index, SecretScalar witness, GroupPoint statement, IRandomSource random)
    {
        Span<byte> fresh = stackalloc byte[FreshBytes];
        while (true)
        {
            random.Fill(fresh); // hashed together with the witness: alone it tells nothing of k
            using var hash = new SecretTranscriptHash(Tags.PokNonce, group);
            hash.Bytes(fresh).Secret(witness);
            context.AddTo(hash, index);
            using var nonce = hash.Point(statement).ToScalar();
            if (nonce.IsZero())
                continue; // drawn again
            var commitment = nonce.MultiplyBase();
            using var response = witness.MultiplyAdd(context.Challenge(group, index, statement, commitment), nonce);
            return new(commitment, response.ToPublic());
        }
    }

    /// <summary>A ‖ z.</summary>
    public void Write(Span<byte> destination)
    {
        Nonce.CopyTo(destination);
        Response.CopyTo(destination[Nonce.Group.PointSize..]);
    }

    public byte[] Encode()
    {
        var bytes = new byte[Size(Nonce.Group)];
        Write(bytes);
        return bytes;
    }

    /// <summary>The proofs of several messages, all points decoded together. Strict: null for a message of which an A does not decode (≠ O) or a z is not below q.</summary>
    /// <param name="messages">Proofs one behind the other; a whole number of them in each.</param>
    public static SchnorrProof[]?[] DecodeEach(IGroup group, IReadOnlyList<ReadOnlyMemory<byte>> messages)
    {
        var count = messages.Sum(message => message.Length / Size(group));
        var nonces = new byte[count * group.PointSize];
        var at = 0;
        foreach (var message in messages)
        {
            CopyNonces(group, message.Span, nonces.AsSpan(at * group.PointSize));
            at += message.Length / Size(group);
        }
        var points = new GroupPoint?[count];
        group.DecodePoints(nonces, points);

        var proofs = new SchnorrProof[]?[messages.Count];
        at = 0;
        for (var i = 0; i < proofs.Length; i++)
        {
            var own = points.AsSpan(at, messages[i].Length / Size(group));
            at += own.Length;
            TryJoin(group, own, messages[i].Span, out proofs[i]);
        }
        return proofs;
    }

    /// <summary>The encodings of A of all proofs, to be decoded together with other points.</summary>
    public static void CopyNonces(IGroup group, ReadOnlySpan<byte> proofs, Span<byte> nonces)
    {
        for (; !proofs.IsEmpty; proofs = proofs[Size(group)..], nonces = nonces[group.PointSize..])
            proofs[..group.PointSize].CopyTo(nonces);
    }

    /// <summary>Proofs whose A are decoded already: reads every z, below q.</summary>
    /// <param name="nonces">Null where one did not decode: then the answer is false.</param>
    public static bool TryJoin(IGroup group, ReadOnlySpan<GroupPoint?> nonces, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SchnorrProof[]? proofs)
    {
        proofs = null;
        var joined = new SchnorrProof[nonces.Length];
        for (var k = 0; k < joined.Length; k++)
        {
            if (nonces[k] is not { } nonce || !group.TryDecodeScalar(encoded.Slice(k * Size(group) + group.PointSize, IGroup.ScalarSize), out var response))
                return false;
            joined[k] = new(nonce, response);
        }
        proofs = joined;
        return true;
    }

    /// <summary>z·G − e·X = A.</summary>
    public bool Verify(IGroup group, SchnorrContext context, int index, GroupPoint statement)
    {
        var challenge = group.NegatePublic(context.Challenge(group, index, statement, Nonce));
        return group.LinearCombinationPublic([Response, challenge], [group.Generator, statement]) == Nonce;
    }

    /// <summary>
    /// Verifies one prover's proofs of a batch: first Σ ρ_k·(z_k·G − A_k − e_k·X_k) = O with fresh coefficients (spec §9.1);
    /// only if that fails one by one.
    /// </summary>
    /// <returns>The indices whose proof is wrong, ascending; empty when all hold.</returns>
    public static IReadOnlyList<int> FindInvalid(
        IGroup group, SchnorrContext context, IReadOnlyList<GroupPoint> statements, IReadOnlyList<SchnorrProof> proofs, IRandomSource random)
    {
        var count = statements.Count;
        if (proofs.Count != count)
            throw new ArgumentException("one proof a statement", nameof(proofs));
        if (count > 1 && ProofClaims.AllHold(group, [new(context, statements, proofs)], random))
            return [];
        return [.. Enumerable.Range(0, count).Where(k => !proofs[k].Verify(group, context, k, statements[k]))];
    }
}
