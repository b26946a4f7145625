using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Multiplication;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>A sender of the vector OLE that runs it with another a_0 than the r behind its R (spec §7.4, §18.3): in all rows, or in some of them; θ, η, μ and Γ are those of what it sends.</summary>
/// <param name="rows">So many rows have r + 1 and all others r; null: every row has r + 1, and η too.</param>
internal sealed class OtherInputCheat(int? rows) : Cheat
{
    private const int CorrectionSize = 3 * IGroup.ScalarSize;

    /// <summary>Round 1 of the others.</summary>
    private readonly Dictionary<(SessionId, NodeId), byte[]> _heard = [];

    public override void Heard(SessionMessage message, Hand hand)
    {
        if (message is { Protocol: ProtocolKind.Presign, Type: MessageType.Round, Round: 1 })
            _heard[(message.Session.Terms.Session, message.From)] = message.Payload;
    }

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        if (message is not { Protocol: ProtocolKind.Presign, Type: MessageType.Round, Round: 2 })
            return message.Payload;
        byte[] bent = [.. message.Payload];
        Compose(message, hand, PresignLayout.Part(bent.AsSpan(), PresignLayout.Round2, 0));
        hand.Done($"{message.To}");
        return bent;
    }

    private void Compose(SessionMessage message, Hand hand, Span<byte> part)
    {
        var (group, session) = (PresignCheats.GroupOf(message), message.Session);
        var setups = session.Peers.ToDictionary(session.PidOf, hand.SetupWith);
        var (setup, t1) = (setups[session.PidOf(message.To)], new Digest32(part[PresignLayout.T1]));
        using var otRows = new OtRows(1);
        var received = PresignLayout.Part(_heard[(session.Terms.Session, message.To)].AsSpan(), PresignLayout.Round1, 0);
        var terms = new CotTerms(setup.SendingId, new(received[PresignLayout.Context]), session.PidOf(message.To), session.SelfPid);
        if (!CotSender.Evaluate(setup.Sending, terms, received[PresignLayout.Cot], otRows.Of(0).DangerousSpan, out var transcript))
            throw new InvalidOperationException("the victim is honest");

        using var nonce = NonceOf(group, part[PresignLayout.NoncePoint], hand);
        using var input = rows is null ? nonce.AddPublic(group.One) : nonce.Copy();
        using var key = KeyOf(group, session, setups, t1, hand);
        using var outputs = Run(group, setup.Sending, otRows, VoleHashes.Session(transcript, t1), input, key, hand, part[PresignLayout.Vole]);
        outputs.MultiplyBase(0).CopyTo(part[PresignLayout.GammaU]);
        outputs.MultiplyBase(1).CopyTo(part[PresignLayout.GammaV]);
    }

    /// <summary>Spec §7, the sender's steps 1–6.</summary>
    private SecretScalars Run(IGroup group, OtSenderSeeds seeds, OtRows otRows, Digest32 sid2, SecretScalar input, SecretScalar key, Hand hand, Span<byte> message)
    {
        using var permutation = CotHashes.CrhPermutation(sid2);
        using var inputs = SecretScalars.Zero(group, 3);
        using (var mask = SecretScalar.Random(group, hand.Random))
            inputs.Set(2, mask);
        inputs.Set(0, input);
        inputs.Set(1, key);
        var corrections = message[VoleMessage.OfCorrections];
        using var addends = inputs.Borrow();
        using var delta = seeds.Delta.Borrow();
        using var result = new VoleSenderRows(Gadget.For(group), permutation, otRows.Of(0).DangerousSpan, delta.Span, addends.Span[..CorrectionSize], corrections);
        for (var j = 0; j < (rows ?? 0); j++)
            PresignCheats.AddOne(group, corrections.Slice(j * CorrectionSize, IGroup.ScalarSize));
        var (theta0, theta1) = VoleHashes.Thetas(group, sid2, corrections);
        using (var response = inputs.WeightedSum([theta0, theta1, group.One]))
            response.ToPublic().CopyTo(message[VoleMessage.OfResponse]);
        using var check = new SecretDigestInput(Tags.VoleCheck, sid2, VoleSenderRows.CheckSize);
        result.WriteCheck(theta0, theta1, check.Field);
        check.ToDigest().CopyTo(message[VoleMessage.OfCheck]);
        return SecretScalars.TryDecode(group, result.Outputs.DangerousSpan, out var scalars) ? scalars : throw new InvalidOperationException("an output of the host's own is not canonical");
    }

    /// <summary>r: the one of the machine's draws that R stands for.</summary>
    private static SecretScalar NonceOf(IGroup group, ReadOnlySpan<byte> point, Hand hand)
    {
        var expected = point.ToArray();
        var drawn = hand.Draws.Find(bytes => group.TryDecodeScalar(bytes, out var scalar) && group.MultiplyBasePublic(scalar).Encoded.SequenceEqual(expected));
        return SecretScalar.TryDecode(group, drawn, out var nonce) ? nonce : throw new InvalidOperationException("a nonce of the machine's own is no scalar");
    }

    /// <summary>sk = λ·x + ζ.</summary>
    private static SecretScalar KeyOf(IGroup group, OwnSession session, IReadOnlyDictionary<PartyId, PairSetup> setups, Digest32 t1, Hand hand)
    {
        if (!hand.Keys.TryFind(session.Terms.Subject, out var record))
            throw new InvalidOperationException("the machine signs with a key that it has not read");
        using var zero = ZeroShares.Compute(group, session.SelfPid, setups, t1);
        return hand.Keys.ShareOf(record).MultiplyAdd(OtherShareCheat.Lagrange(group, session), zero);
    }
}
