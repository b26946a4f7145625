using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Signing;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>One of two signers that follows spec §12 with other inputs to its vector OLE than its R and pk stand for, consistently in everything else.</summary>
internal sealed class CheatingPresigner : IDisposable
{
    private readonly PresignSession _session;
    private readonly PresignNonce _nonce;
    private readonly PartyId _victim;

    public CheatingPresigner(PresignSession session)
    {
        _session = session;
        _victim = session.Peers[0];
        var setup = session.Setups[_victim];
        _nonce = new(session.Group, session.Input.Contexts[0], session.Self, session.Random);
        var message = Round1.AsSpan();
        session.Input.Contexts[0].CopyTo(message[PresignLayout.Context]);
        setup.ReceivingId.CopyTo(message[PresignLayout.SetupId]);
        _nonce.Commitment.CopyTo(message[PresignLayout.Commitment]);
        var terms = new CotTerms(setup.ReceivingId, session.Input.Contexts[0], session.Self, _victim);
        _nonce.Receivers.Add(_victim, VoleReceiver.Begin(session.Group, setup.Receiving, terms, session.Random, message[PresignLayout.Cot]));
    }

    public byte[] Round1 { get; } = new byte[PresignLayout.Round1];

    /// <summary>Round 2 with a_0 = r + <paramref name="nonceOffset"/> and a_1 = sk + <paramref name="keyOffset"/>; Γ is that of the outputs, as for an honest party.</summary>
    public byte[] Round2(ReadOnlySpan<byte> received, int nonceOffset, int keyOffset)
    {
        var setup = _session.Setups[_victim];
        using var rows = new OtRows(1);
        var terms = new CotTerms(setup.SendingId, _session.Input.Contexts[0], _victim, _session.Self);
        if (!CotSender.Evaluate(setup.Sending, terms, received[PresignLayout.Cot], rows.Of(0).DangerousSpan, out var transcript))
            throw new InvalidOperationException("the victim is honest");
        List<(PartyId Pid, Digest32 Commitment)> commitments = [(_session.Self, _nonce.Commitment), (_victim, new(received[PresignLayout.Commitment]))];
        commitments.Sort((one, other) => one.Pid.CompareTo(other.Pid));
        var t1 = PresignHashes.T1(_session.Input.Contexts[0], commitments);
        using var keys = new PresignKeys(_session, [new(t1, commitments.ToDictionary(entry => entry.Pid, entry => entry.Commitment))]);

        var message = new byte[PresignLayout.Round2];
        var part = message.AsSpan();
        t1.CopyTo(part[PresignLayout.T1]);
        _nonce.Point.CopyTo(part[PresignLayout.NoncePoint]);
        _nonce.Salt.CopyTo(part[PresignLayout.Salt]);
        keys.Points[0].CopyTo(part[PresignLayout.KeyPoint]);
        using SecretScalar nonce = Plus(_nonce.Nonce, nonceOffset), key = Plus(keys.Share(0), keyOffset);
        using var outputs = VoleSender.Run(setup.Sending, rows.Of(0), transcript, t1, nonce, key, _session.Random, part[PresignLayout.Vole]);
        outputs.MultiplyBase(0).CopyTo(part[PresignLayout.GammaU]);
        outputs.MultiplyBase(1).CopyTo(part[PresignLayout.GammaV]);
        using var psi = _nonce.Mask.Subtract(_nonce.Receivers[_victim].Output);
        psi.CopyTo(part[PresignLayout.Psi]);
        return message;
    }

    private static SecretScalar Plus(SecretScalar scalar, int offset)
    {
        IGroup group = scalar.Group;
        return scalar.AddPublic(group.FromUInt64((ulong)offset));
    }

    public void Dispose() => _nonce.Dispose();
}
