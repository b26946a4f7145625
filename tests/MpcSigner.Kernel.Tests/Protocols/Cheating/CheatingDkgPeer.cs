using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Proofs;
using static MpcSigner.Kernel.Tests.Protocols.Cheating.Tampering;

namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>
/// A party that runs the protocol honestly and changes what it sends, one named cheat a run, signing anew with its own identity unless the
/// signature is what it cheats with. Put <see cref="Network"/> between it and the others.
/// </summary>
/// <remarks>It knows its own secrets: its polynomials are those of an honest twin that draws from the same seed.</remarks>
internal sealed class CheatingDkgPeer
{
    private readonly IGroup _group;
    private readonly Committee _committee;
    private readonly DkgInput _input;
    private readonly DkgLayout _layout;
    private readonly DkgCheat _cheat;
    private readonly List<Travelling> _seen = [];

    public CheatingDkgPeer(Committee committee, DkgInput input, PartyId cheater, PartyId victim, DkgCheat cheat)
    {
        _committee = committee;
        _input = input;
        _group = Groups.For(input.Suite.Curve());
        _layout = new(_group, input.Threshold, input.Count);
        _cheat = cheat;
        Cheater = cheater;
        Victim = victim;
    }

    public PartyId Cheater { get; }

    public PartyId Victim { get; }

    /// <summary>Passes others' messages on and changes the cheater's.</summary>
    public IEnumerable<Travelling> Network(Travelling message)
    {
        _seen.Add(message);
        return message.From == Cheater ? Cheat(message) : [message];
    }

    private IEnumerable<Travelling> Cheat(Travelling sent) => (_cheat, sent.Round, sent.To == Victim) switch
    {
        (DkgCheat.Round1OtherContext, 1, _) => [Signed(sent, 0, payload => payload[3] ^= 1, context: Flipped(_input.Context))],
        (DkgCheat.Round1OtherCommitmentForVictim, 1, true) => [Signed(sent, 0, payload => payload[40] ^= 1)],
        (DkgCheat.Round1BadSignature, 1, _) => [Changed(sent, payload => payload[^1] ^= 1)],
        (DkgCheat.Round1TooLong, 1, _) or (DkgCheat.Round2TooLong, 2, _) or (DkgCheat.Round3TooLong, 3, _) => [sent with { Payload = [.. sent.Payload, 0] }],
        (DkgCheat.Round1TooShort, 1, _) or (DkgCheat.Round2TooShort, 2, _) or (DkgCheat.Round3TooShort, 3, _) => [sent with { Payload = sent.Payload[..^1] }],
        (DkgCheat.Round1SentTwiceDifferently, 1, _) => [sent, Signed(sent, 0, payload => payload[40] ^= 1)],
        (DkgCheat.Round1SentTwiceAlike, 1, _) => [sent, sent with { Payload = [.. sent.Payload] }],
        (DkgCheat.Round2SentTwiceDifferently, 2, _) => [sent, Signed(sent, 0, payload => payload[SaltAt] ^= 1)],
        (_, 2, _) => [Round2(sent)],
        (_, 3, _) => [Round3(sent)],
        _ => [sent],
    };

    private Travelling Round2(Travelling sent) => _cheat switch
    {
        DkgCheat.Round2OtherT1 => Signed(sent, 0, payload => payload[0] ^= 1, t1: Flipped(T1Of(sent))),
        DkgCheat.Round2OtherSalt => Signed(sent, 0, payload => payload[SaltAt] ^= 1),
        DkgCheat.Round2OtherChainCode => Signed(sent, 0, payload => payload[ChainCodesAt] ^= 1),
        DkgCheat.Round2OtherConstantPoint => Signed(sent, 0, payload => _group.Generator.CopyTo(payload.AsSpan(PointAt(0, 0)))),
        DkgCheat.Round2OtherHigherPoint => Signed(sent, 0, payload => _group.Generator.CopyTo(payload.AsSpan(PointAt(Last, 1)))),
        DkgCheat.Round2OtherPointForVictim when sent.To == Victim => Signed(sent, 0, payload => _group.Generator.CopyTo(payload.AsSpan(PointAt(Last, 0)))),
        DkgCheat.Round2OnePointMore => Resized(sent, _group.Generator.Encode(), remove: 0),
        DkgCheat.Round2OnePointLess => Resized(sent, [], remove: _group.PointSize),
        DkgCheat.Round2IdentityPoint => WithPoint(sent, "identity"),
        DkgCheat.Round2PointOutsideTheGroup => WithPoint(sent, "outside the group"),
        DkgCheat.Round2PointInOtherForm => WithPoint(sent, "other form"),
        DkgCheat.Round2NonCanonicalPoint => WithPoint(sent, "not canonical"),
        DkgCheat.Round2ProofForOtherParty => WithProof(sent, T1Of(sent), Victim),
        DkgCheat.Round2ProofForOtherSession => WithProof(sent, Flipped(T1Of(sent)), Cheater),
        DkgCheat.Round2ProofsSwappedBetweenKeys => Signed(sent, 0, payload => Swap(payload, ProofAt(0), ProofAt(1), _layout.ProofSize)),
        DkgCheat.Round2ProofResponseNotCanonical => Signed(sent, 0, payload => payload.AsSpan(ProofAt(0) + _group.PointSize, 32).Fill(0xff)),
        DkgCheat.Round2OtherValidProofForVictim when sent.To == Victim => WithProof(sent, T1Of(sent), Cheater),
        DkgCheat.Round2CopyOfAnotherParty when _seen.Find(other => other.Round == 2 && other.From != Cheater) is { } other =>
            Signed(sent, 0, payload => other.Payload.AsSpan(0, _layout.OpeningPayload).CopyTo(payload)),
        DkgCheat.Round2BadBroadcastSignature => Changed(sent, payload => payload[_layout.OpeningPayload + 5] ^= 1),
        _ when sent.To == Victim => Round2ToVictim(sent),
        _ => sent,
    };

    private Travelling Round2ToVictim(Travelling sent) => _cheat switch
    {
        DkgCheat.Round2WrongShareForVictim => Signed(sent, sent.To.Value, shares => shares[LowByteAt(Last)] ^= 1),
        DkgCheat.Round2ZeroShareForVictim => Signed(sent, sent.To.Value, shares => shares.AsSpan(0, 32).Clear()),
        DkgCheat.Round2ShareIsOrderForVictim => Signed(sent, sent.To.Value, shares => HostilePoints.OrderOf(_group.Curve).CopyTo(shares, 0)),
        DkgCheat.Round2ShareAboveOrderForVictim => Signed(sent, sent.To.Value, shares => AboveOrder().CopyTo(shares, 0)),
        DkgCheat.Round2AllOnesShareForVictim => Signed(sent, sent.To.Value, shares => shares.AsSpan(0, 32).Fill(0xff)),
        DkgCheat.Round2BadShareSignatureForVictim => Changed(sent, payload => payload[^1] ^= 1),
        DkgCheat.Round2SharesOfAnotherReceiverForVictim => Changed(sent, payload =>
        {
            // Shares and their signature as another receiver was to get them.
            var start = _layout.OpeningPayload + DkgLayout.SignatureSize;
            using var dealing = Twin();
            var other = _committee.Pids.First(pid => pid != Cheater && pid != Victim);
            using var shares = dealing.SharesFor(_committee.Session(_input, Cheater), other);
            using var encoded = shares.Borrow();
            encoded.Span.CopyTo(payload.AsSpan(start));
            Sign(payload.AsSpan(start, _layout.SharesPayload), payload.AsSpan(start + _layout.SharesPayload), 2, other.Value, T1Of(sent));
        }),
        _ => sent,
    };

    private Travelling Round3(Travelling sent)
    {
        const int proofs = 2 * Digest32.Size;
        var t1 = T1();
        return _cheat switch
        {
            DkgCheat.Round3OtherT2 => Signed(sent, 0, payload => payload[0] ^= 1, t1: t1),
            DkgCheat.Round3OtherRoot => Signed(sent, 0, payload => payload[Digest32.Size] ^= 1, t1: t1),
            DkgCheat.Round3BadProof => Signed(sent, 0, payload => payload[proofs + Last * _layout.ProofSize + _group.PointSize + LowByteAt(0)] ^= 1, t1: t1),
            DkgCheat.Round3ProofForOtherParty when _seen.Find(other => other.Round == 3 && other.From != Cheater) is { } other =>
                Signed(sent, 0, payload => other.Payload.AsSpan(proofs, _layout.ProofSize).CopyTo(payload.AsSpan(proofs)), t1: t1),
            DkgCheat.Round3ProofForOtherParty => Signed(sent, 0, payload => Swap(payload, proofs, proofs + _layout.ProofSize, _layout.ProofSize), t1: t1),
            DkgCheat.Round3ProofNotCanonical => Signed(sent, 0, payload => HostilePoints.Of(_group.Curve, "identity").CopyTo(payload, proofs), t1: t1),
            DkgCheat.Round3BadSignature => Changed(sent, payload => payload[^1] ^= 1),
            _ => sent,
        };
    }

    /// <summary>The key that is tampered with where there are several: not the first, so that judging the first alone would not do.</summary>
    private int Last => _layout.Count - 1;

    /// <summary>The least significant byte of the k-th scalar: changed by one it is still canonical.</summary>
    private int LowByteAt(int k) => 32 * k + (_group.Curve == Curve.Edwards25519 ? 0 : 31);

    private int SaltAt => _layout.OpeningPayload - _layout.Count * _layout.ProofSize - 32;
    private int ChainCodesAt => SaltAt - 32 * _layout.Count;
    private int PointAt(int key, int m) => Digest32.Size + (key * _layout.Threshold + m) * _group.PointSize;
    private int ProofAt(int key) => _layout.OpeningPayload - (_layout.Count - key) * _layout.ProofSize;

    private static Digest32 T1Of(Travelling round2) => DkgOpening.ReadT1(round2.Payload);

    private Digest32 T1() => T1Of(_seen.First(message => message.Round == 2 && message.From == Cheater));

    private DkgDealing Twin() => DkgDealing.Draw(_committee.Session(_input, Cheater));

    private Travelling WithPoint(Travelling sent, string how) => Signed(sent, 0, payload => HostilePoints.Of(_group.Curve, how).CopyTo(payload, PointAt(Last, 0)));

    /// <summary>A proof of the true constant of key 0, bound to what the cheater likes.</summary>
    private Travelling WithProof(Travelling sent, Digest32 t1, PartyId prover) => Signed(sent, 0, payload =>
    {
        using var dealing = Twin();
        var session = new DkgSession(_input, _committee.Nid(Cheater), _committee.Identity(Cheater), _committee.Identities, new DeterministicRandom("other", $"{prover}"));
        using var constant = dealing.Constant(0);
        SchnorrProof.Prove(_group, SchnorrContext.OfConstants(t1, prover), 0, constant, dealing.Points[0][0], session.Random).Write(payload.AsSpan(ProofAt(0)));
    });

    /// <summary>Changes the broadcast part (to = 0) or the shares and signs them anew.</summary>
    private Travelling Signed(Travelling sent, ushort to, Action<byte[]> change, Digest32? context = null, Digest32? t1 = null)
    {
        var start = to == 0 ? 0 : _layout.OpeningPayload + DkgLayout.SignatureSize;
        var size = to == 0 ? _layout.BroadcastSize(sent.Round) : _layout.SharesPayload;
        var part = sent.Payload.AsSpan(start, size).ToArray();
        change(part);
        byte[] payload = [.. sent.Payload];
        part.CopyTo(payload, start);
        Sign(part, payload.AsSpan(start + size), sent.Round, to, sent.Round == 1 ? null : t1 ?? T1Of(sent), context);
        return sent with { Payload = payload };
    }

    private Travelling Resized(Travelling sent, byte[] insert, int remove)
    {
        byte[] broadcast = [.. sent.Payload[..PointAt(0, 0)], .. insert, .. sent.Payload[(PointAt(0, 0) + remove).._layout.OpeningPayload]];
        var signature = new byte[DkgLayout.SignatureSize];
        Sign(broadcast, signature, 2, 0, T1Of(sent));
        return sent with { Payload = [.. broadcast, .. signature, .. sent.Payload[(_layout.OpeningPayload + DkgLayout.SignatureSize)..]] };
    }

    private void Sign(ReadOnlySpan<byte> part, Span<byte> signature, byte round, ushort to, Digest32? t1, Digest32? context = null) =>
        SignedStatement.Sign(_committee.Identity(Cheater), context ?? _input.Context, round, Cheater, to, t1, part, signature[..DkgLayout.SignatureSize]);

    private byte[] AboveOrder()
    {
        byte[] above = [.. HostilePoints.OrderOf(_group.Curve)];
        above[LowByteAt(0)]++;
        return above;
    }
}
