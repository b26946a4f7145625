using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Multiplication;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Protocols.Dkls23.Multiplication;

/// <summary>A's side of a random-input vector OLE (spec §7): inputs a_0, a_1 become outputs c_0, c_1 with c_k + d_k = a_k·b.</summary>
internal static class VoleSender
{
    private const int ScalarSize = IGroup.ScalarSize;

    /// <summary>Writes VOLE2 and gives c_0, c_1.</summary>
    /// <param name="rows">w_j of an extension whose check held.</param>
    /// <param name="t1">The hash of the complete round 1, which contains fresh randomness of ours.</param>
    /// <param name="input0">a_0.</param>
    /// <param name="input1">a_1.</param>
    /// <param name="message">VOLE2, <see cref="VoleMessage.Size"/> bytes.</param>
    internal static SecretScalars Run(
        OtSenderSeeds seeds, SecureMemory rows, CotTranscript transcript, Digest32 t1, SecretScalar input0, SecretScalar input1, IRandomSource random, Span<byte> message)
    {
        var group = input0.Group;
        var session = VoleHashes.Session(transcript, t1);
        using var permutation = CotHashes.CrhPermutation(session);
        // a_0 ‖ a_1 ‖ â, with â fresh: it masks η, and is used once.
        using var inputs = SecretScalars.Zero(group, 3);
        using (var mask = SecretScalar.Random(group, random))
            inputs.Set(2, mask);
        inputs.Set(0, input0);
        inputs.Set(1, input1);
        var corrections = message[VoleMessage.OfCorrections];
        using var result = Correct(group, seeds, rows, permutation, inputs, corrections);

        var (theta0, theta1) = VoleHashes.Thetas(group, session, corrections);
        // η = â + θ_0·a_0 + θ_1·a_1.
        using (var response = inputs.WeightedSum([theta0, theta1, group.One]))
            response.ToPublic().CopyTo(message[VoleMessage.OfResponse]);
        using var check = new SecretDigestInput(Tags.VoleCheck, session, VoleSenderRows.CheckSize);
        result.WriteCheck(theta0, theta1, check.Field);
        check.ToDigest().CopyTo(message[VoleMessage.OfCheck]);
        using var outputs = result.Outputs.Borrow();
        return SecretScalars.TryDecode(group, outputs.Span, out var scalars) ? scalars : throw new InvalidOperationException("an output of our own is not canonical");
    }

    private static VoleSenderRows Correct(
        IGroup group, OtSenderSeeds seeds, SecureMemory rows, Cryptography.Secrets.ObliviousTransfer.SessionPermutation permutation, SecretScalars inputs, Span<byte> corrections)
    {
        using var delta = seeds.Delta.Borrow();
        using var otRows = rows.Borrow();
        using var addends = inputs.Borrow();
        return new(Gadget.For(group), permutation, otRows.Span, delta.Span, addends.Span[..(3 * ScalarSize)], corrections);
    }
}
