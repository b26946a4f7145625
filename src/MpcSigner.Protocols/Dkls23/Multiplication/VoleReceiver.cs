using System.Diagnostics;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Multiplication;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Protocols.Dkls23.Multiplication;

/// <summary>B's side of a random-input vector OLE (spec §7): gets a random b at once, and d_0, d_1 with c_k + d_k = a_k·b on VOLE2.</summary>
[DebuggerDisplay("<redacted>")]
internal sealed class VoleReceiver : IDisposable
{
    private readonly IGroup _group;
    private readonly SecureMemory _choices;
    private readonly CotReceiver _ot;

    private VoleReceiver(IGroup group, SecureMemory choices, CotReceiver ot, SecretScalar output) => (_group, _choices, _ot, Output) = (group, choices, ot, output);

    /// <summary>b, called χ in §12. Never zero.</summary>
    internal SecretScalar Output { get; }

    internal CotTranscript Transcript => _ot.Transcript;

    /// <summary>β ←$ {0,1}^ξ, b = Σ g_j·β_j, drawn again where b = 0; writes COT1 for x = β.</summary>
    /// <param name="message">COT1, <see cref="CotMessage.Size"/> bytes.</param>
    internal static VoleReceiver Begin(IGroup group, OtReceiverSeeds seeds, CotTerms terms, IRandomSource random, Span<byte> message)
    {
        var choices = SecureMemory.Allocate(OtSizes.ChoiceSize);
        var output = DrawChoices(group, choices, random);
        return new(group, choices, CotReceiver.Begin(seeds, terms, choices.DangerousSpan, random, message), output);
    }

    /// <summary>Step 1: are all 1,249 scalars of VOLE2 below q? A peer's fault of form, without a verdict on β.</summary>
    internal bool TryReadResponse(ReadOnlySpan<byte> message, out PublicScalar response)
    {
        if (message.Length != VoleMessage.Size)
            throw new ArgumentException($"expected {VoleMessage.Size} bytes, got {message.Length}", nameof(message));
        return _group.TryDecodeScalar(message[VoleMessage.OfResponse], out response)
            & VoleReceiverRows.AreCanonical(Gadget.For(_group), message[VoleMessage.OfCorrections]);
    }

    /// <summary>Steps 2–4: whether μ′ = μ, compared in constant time.</summary>
    /// <param name="message">VOLE2, whose form has been judged.</param>
    /// <param name="response">η, as <see cref="TryReadResponse"/> read it.</param>
    /// <param name="outputs">d_0, d_1; they mean nothing when the check fails. The caller's to dispose.</param>
    internal bool Finish(Digest32 t1, ReadOnlySpan<byte> message, PublicScalar response, out SecretScalars outputs)
    {
        var session = VoleHashes.Session(_ot.Transcript, t1);
        var corrections = message[VoleMessage.OfCorrections];
        var (theta0, theta1) = VoleHashes.Thetas(_group, session, corrections);
        using var permutation = CotHashes.CrhPermutation(session);
        using var check = new SecretDigestInput(Tags.VoleCheck, session, VoleSenderRows.CheckSize);
        using var results = SecureMemory.Allocate(2 * IGroup.ScalarSize);
        using (var rows = _ot.Rows.Borrow())
        using (var choices = _choices.Borrow())
        {
            VoleReceiverRows.Run(
                Gadget.For(_group), permutation, rows.Span, choices.Span, corrections, theta0, theta1, response, check.Field, results.DangerousSpan);
        }
        Span<byte> expected = stackalloc byte[Digest32.Size];
        check.ToDigest().CopyTo(expected);
        outputs = SecretScalars.TryDecode(_group, results.DangerousSpan, out var scalars) ? scalars : throw new InvalidOperationException("an output of our own is not canonical");
        return CryptographicOperations.FixedTimeEquals(expected, message[VoleMessage.OfCheck]);
    }

    public override string ToString() => "VoleReceiver(<redacted>)";

    public void Dispose()
    {
        _choices.Dispose();
        _ot.Dispose();
        Output.Dispose();
    }

    private static SecretScalar DrawChoices(IGroup group, SecureMemory choices, IRandomSource random)
    {
        while (true)
        {
            random.Fill(choices.DangerousSpan);
            var sum = SecureMemory.Allocate(IGroup.ScalarSize);
            Gadget.For(group).Sum(choices.DangerousSpan, sum.DangerousSpan);
            var output = SecretScalar.Adopt(group, sum);
            if (!output.IsZero())
                return output;
            output.Dispose(); // 2^−256: drawn again
        }
    }
}
