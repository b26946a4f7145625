using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Round 2 of presigning (spec §12 step 6): the opening, and this party's side of the vector OLE with each peer. Γ, ψ and VOLE2 are strictly pairwise.</summary>
internal static class PresignAnswer
{
    private const byte Round = 2;

    /// <summary>The messages to all peers, or null where pk_i or a Γ came out as O, which has no encoding: by chance once in q times. c^u and c^v stay in <paramref name="nonces"/>.</summary>
    internal static Outbox? TryCompose(PresignSession session, PresignNonce[] nonces, PresignKeys keys, IReadOnlyDictionary<PartyId, OtRows> rows)
    {
        var outbox = new Outbox();
        var complete = false;
        try
        {
            foreach (var peer in session.Peers)
            {
                var message = new PayloadBuffer(nonces.Length * PresignLayout.Round2);
                outbox.Send(peer, MessageType.Round, Round, message);
                for (var k = 0; k < nonces.Length; k++)
                {
                    if (!TryWrite(session, nonces[k], keys, k, peer, rows[peer], PresignLayout.Part(message.Writable, PresignLayout.Round2, k)))
                        return null;
                }
            }
            complete = true;
            return outbox;
        }
        finally
        {
            if (!complete)
                outbox.Dispose();
        }
    }

    private static bool TryWrite(PresignSession session, PresignNonce nonce, PresignKeys keys, int k, PartyId peer, OtRows rows, Span<byte> part)
    {
        if (keys.Points[k].IsIdentity)
            return false;
        keys.T1(k).CopyTo(part[PresignLayout.T1]);
        nonce.Point.CopyTo(part[PresignLayout.NoncePoint]);
        nonce.Salt.CopyTo(part[PresignLayout.Salt]);
        keys.Points[k].CopyTo(part[PresignLayout.KeyPoint]);
        var outputs = VoleSender.Run(
            session.Setups[peer].Sending, rows.Of(k), rows.Transcripts[k], keys.T1(k), nonce.Nonce, keys.Share(k), session.Random, part[PresignLayout.Vole]);
        nonce.SenderOutputs.Add(peer, outputs);
        GroupPoint gammaU = outputs.MultiplyBase(0), gammaV = outputs.MultiplyBase(1);
        if (gammaU.IsIdentity | gammaV.IsIdentity)
            return false;
        gammaU.CopyTo(part[PresignLayout.GammaU]);
        gammaV.CopyTo(part[PresignLayout.GammaV]);
        // ψ = φ_i − χ_{i,j}.
        using var psi = nonce.Mask.Subtract(nonce.Receivers[peer].Output);
        psi.CopyTo(part[PresignLayout.Psi]);
        return true;
    }
}
