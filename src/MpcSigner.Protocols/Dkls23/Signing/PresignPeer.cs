using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>What one peer's round 2 came to, for all presignatures of the session (spec §12 steps 8–11).</summary>
internal sealed class PresignPeer(PartyId pid, int count) : IDisposable
{
    internal PresignOpening?[] Openings { get; } = new PresignOpening?[count];

    /// <summary>d^u_{i,j}, d^v_{i,j}.</summary>
    internal SecretScalars?[] Outputs { get; } = new SecretScalars?[count];

    /// <summary>Step 8, and the form of VOLE2: faults that say nothing of β.</summary>
    internal FaultKind? Read(PresignSession session, PresignNonce[] nonces, PresignKeys keys, ReadOnlySpan<byte> message)
    {
        for (var k = 0; k < count; k++)
        {
            var part = PresignLayout.Part(message, PresignLayout.Round2, k);
            if (!PresignOpening.TryRead(
                session.Group, part, pid, session.Input.Contexts[k], keys.Commitments[k].Commitments[pid], nonces[k].Receivers[pid], out Openings[k], out var fault))
                return fault;
        }
        return null;
    }

    /// <summary>Steps 9–11: μ, then Γ^u and Γ^v. All presignatures are evaluated; one verdict comes of them.</summary>
    internal bool Evaluate(PresignNonce[] nonces, PresignKeys keys, ReadOnlySpan<byte> message, out FaultKind? fault)
    {
        bool correct = true, consistent = true;
        for (var k = 0; k < count; k++)
        {
            var (opening, receiver) = (Openings[k]!, nonces[k].Receivers[pid]);
            correct &= receiver.Finish(keys.T1(k), PresignLayout.Part(message, PresignLayout.Round2, k)[PresignLayout.Vole], opening.Response, out var outputs);
            Outputs[k] = outputs;
            consistent &= opening.Holds(receiver.Output, outputs); // also after a failed μ: the time tells nothing
        }
        fault = !correct ? FaultKind.BadVectorOle : !consistent ? FaultKind.BadOleInput : null;
        return fault is null;
    }

    public void Dispose()
    {
        foreach (var opening in Openings)
            opening?.Dispose();
        foreach (var outputs in Outputs)
            outputs?.Dispose();
    }
}
