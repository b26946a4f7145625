using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Resharing;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Proofs;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using static MpcSigner.Kernel.Tests.Protocols.Cheating.Tampering;

namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>
/// A member of a refresh, reshare or recovery that runs the protocol honestly and changes what it sends, one named cheat a run, signing anew with
/// its own identity unless the signature is what it cheats with. Put <see cref="Network"/> between it and the others.
/// </summary>
internal sealed class CheatingMember : IDisposable
{
    private const int CommitmentAt = Digest32.Size, RecordsAt = 2 * Digest32.Size, ProofsAt = 2 * Digest32.Size, SumsAt = Digest32.Size;

    private readonly Committee _world;
    private readonly MaintenanceInput _input;
    private readonly MaintenanceProtocol _protocol;
    private readonly MaintenanceLayout _layout;
    private readonly IGroup _group;
    private readonly MaintenanceCheat _cheat;
    private readonly List<Travelling> _seen = [];
    private readonly MaintenanceSession? _twin;
    private readonly MaintenanceDealing? _otherDealing;

    /// <param name="keys">The cheater's own; with <see cref="MaintenanceCheat.OtherSecret"/> it deals, consistently, another's in their place.</param>
    public CheatingMember(Committee world, KeyBatch keys, MaintenanceInput input, PartyId cheater, PartyId victim, MaintenanceCheat cheat)
    {
        _world = world;
        _input = input;
        _group = Groups.For(input.Terms.Suite.Curve());
        _protocol = MaintenanceProtocol.Of(input.Terms, _group);
        _layout = _protocol.Layout;
        _cheat = cheat;
        Cheater = cheater;
        Victim = victim;
        if (cheat != MaintenanceCheat.OtherSecret)
            return;
        var own = KeyBatch.Copy(keys.Shares[cheater]);
        _twin = new(input, world.Nid(cheater), keys.Records, own, world.Identity(cheater), world.Identities, new DeterministicRandom(world.Seed, "other secret"));
        own.AddInPlace(keys.Shares[victim]); // after they were compared with the records
        _otherDealing = _protocol.Draw(_twin);
    }

    public PartyId Cheater { get; }

    public PartyId Victim { get; }

    /// <summary>A record of another generation, offered as the present one; of the right size.</summary>
    public KeyRecord? OtherRecord { get; init; }

    /// <summary>Passes others' messages on and changes the cheater's.</summary>
    public IEnumerable<Travelling> Network(Travelling message)
    {
        _seen.Add(message);
        return message.From == Cheater ? Cheat(message) : [message];
    }

    private bool IsRecovery => _input.Terms.Protocol == ProtocolKind.Recovery;

    private IEnumerable<Travelling> Cheat(Travelling sent) => (_cheat, sent.Round) switch
    {
        (MaintenanceCheat.Round1TooLong, 1) or (MaintenanceCheat.Round2TooLong, 2) or (MaintenanceCheat.Round3TooLong, 3) => [sent with { Payload = [.. sent.Payload, 0] }],
        (MaintenanceCheat.Round1TooShort, 1) or (MaintenanceCheat.Round2TooShort, 2) or (MaintenanceCheat.Round3TooShort, 3) => [sent with { Payload = sent.Payload[..^1] }],
        (MaintenanceCheat.Round1SentTwiceDifferently, 1) => [sent, Signed(sent, payload => payload[CommitmentAt] ^= 1)],
        (MaintenanceCheat.Round1SentTwiceAlike, 1) => [sent, sent with { Payload = [.. sent.Payload] }],
        (MaintenanceCheat.Round2SentTwiceDifferently, 2) => [sent, Signed(sent, payload => payload[SaltAt] ^= 1)],
        (_, 1) => [Round1(sent)],
        (_, 2) => [Round2(sent)],
        _ => [Round3(sent)],
    };

    private Travelling Round1(Travelling sent) => _cheat switch
    {
        MaintenanceCheat.Round1OtherContext => Signed(sent, payload => payload[3] ^= 1, context: Flipped(_input.Context)),
        MaintenanceCheat.Round1OtherCommitmentForVictim when sent.To == Victim => Signed(sent, payload => payload[CommitmentAt] ^= 1),
        MaintenanceCheat.Round1OtherRecordForVictim when sent.To == Victim =>
            Signed(sent, payload => KeyRecordEncoding.Encode(OtherRecord!).CopyTo(payload, RecordsAt)),
        MaintenanceCheat.Round1OtherLastRecord => Signed(sent, payload => payload[^1] ^= 1), // its chain code
        MaintenanceCheat.Round1RecordsWithBadSignature => Changed(sent, payload => payload[RecordsAt] ^= 1),
        MaintenanceCheat.Round1BadSignature => Changed(sent, payload => payload[^1] ^= 1),
        MaintenanceCheat.OtherSecret => Signed(sent, payload => _otherDealing!.Commitment(_twin!).CopyTo(payload.AsSpan(CommitmentAt))),
        _ => sent,
    };

    private Travelling Round2(Travelling sent) => _cheat switch
    {
        MaintenanceCheat.OtherSecret => WithOtherDealing(sent),
        MaintenanceCheat.Round2OtherT1 => Signed(sent, payload => payload[0] ^= 1, t1: Flipped(T1Of(sent))),
        MaintenanceCheat.Round2OtherSalt => Signed(sent, payload => payload[SaltAt] ^= 1),
        MaintenanceCheat.Round2OtherFirstPoint => WithPoint(sent, PointAt(0), _group.Generator.Encode()),
        MaintenanceCheat.Round2OtherLastPoint => WithPoint(sent, SaltAt - _group.PointSize, _group.Generator.Encode()),
        MaintenanceCheat.Round2OtherPointForVictim when sent.To == Victim => WithPoint(sent, PointAt(0), _group.Generator.Encode()),
        MaintenanceCheat.Round2OnePointMore => Resized(sent, _group.Generator.Encode(), remove: 0),
        MaintenanceCheat.Round2OnePointLess => Resized(sent, [], remove: _group.PointSize),
        MaintenanceCheat.Round2IdentityPoint => WithPoint(sent, PointAt(1), HostilePoints.Of(_group.Curve, "identity")),
        MaintenanceCheat.Round2PointOutsideTheGroup => WithPoint(sent, PointAt(1), HostilePoints.Of(_group.Curve, "outside the group")),
        MaintenanceCheat.Round2PointInOtherForm => WithPoint(sent, PointAt(1), HostilePoints.Of(_group.Curve, "other form")),
        MaintenanceCheat.Round2NonCanonicalPoint => WithPoint(sent, PointAt(1), HostilePoints.Of(_group.Curve, "not canonical")),
        MaintenanceCheat.Round2CopyOfAnotherDealer when _seen.Find(other => other.Round == 2 && other.From != Cheater) is { } other =>
            Signed(sent, payload => other.Payload.AsSpan(0, _layout.OpeningPayload).CopyTo(payload)),
        MaintenanceCheat.Round2CopyOfAnotherDealer => Signed(sent, payload => payload[SaltAt] ^= 1), // the first to speak has none to copy
        MaintenanceCheat.Round2BadBroadcastSignature => Changed(sent, payload => payload[_layout.OpeningPayload + 5] ^= 1),
        _ when sent.To == Victim => Round2ToVictim(sent),
        _ => sent,
    };

    /// <summary>T1, points, salt and shares all fit what was committed to, and that is not the cheater's share.</summary>
    private Travelling WithOtherDealing(Travelling sent)
    {
        var commitments = new SortedDictionary<PartyId, Digest32> { [Cheater] = _otherDealing!.Commitment(_twin!) };
        foreach (var first in _seen.Where(message => message.Round == 1 && message.From != Cheater))
            commitments[first.From] = new(first.Payload.AsSpan(CommitmentAt, Digest32.Size));
        var t1 = MaintenanceHashes.T1(_input, commitments);
        var changed = Signed(sent, payload => _otherDealing.Open(_twin!).Encode(_layout, t1).CopyTo(payload, 0), t1: t1);
        if (!_protocol.IsReceiver(sent.To))
            return changed;
        return Resigned(changed, SharesAt, _layout.SharesPayload, sent.To.Value, payload =>
        {
            using var shares = _otherDealing.SharesFor(sent.To);
            using var encoded = shares.Borrow();
            encoded.Span.CopyTo(payload);
        }, t1: t1);
    }

    private Travelling Round2ToVictim(Travelling sent) => _cheat switch
    {
        MaintenanceCheat.Round2WrongShareForVictim => SignedShares(sent, shares => shares[LowByteAt(0)] ^= 1),
        MaintenanceCheat.Round2ZeroShareForVictim => SignedShares(sent, shares => shares.AsSpan(32, 32).Clear()),
        MaintenanceCheat.Round2AllOnesShareForVictim => SignedShares(sent, shares => shares.AsSpan(32, 32).Fill(0xff)),
        MaintenanceCheat.Round2BadShareSignatureForVictim => Changed(sent, payload => payload[^1] ^= 1),
        MaintenanceCheat.Round2SharesOfAnotherReceiverForVictim => Changed(sent, payload =>
            _seen.First(other => other.Round == 2 && other.From == Cheater && other.To != Victim && other.Payload.Length == payload.Length)
                .Payload.AsSpan(SharesAt).CopyTo(payload.AsSpan(SharesAt))),
        _ => sent,
    };

    private Travelling Round3(Travelling sent)
    {
        var proofSize = SchnorrProof.Size(_group);
        return _cheat switch
        {
            MaintenanceCheat.Round3OtherT2 => Signed(sent, payload => payload[0] ^= 1),
            MaintenanceCheat.Round3OtherRoot => Signed(sent, payload => payload[Digest32.Size] ^= 1),
            MaintenanceCheat.Round3BadProof => Signed(sent, payload => payload[ProofsAt + proofSize + _group.PointSize + LowByteAt(0)] ^= 1),
            MaintenanceCheat.Round3ProofsSwapped => Signed(sent, payload => Swap(payload, ProofsAt, ProofsAt + proofSize, proofSize)),
            MaintenanceCheat.Round3ProofNotCanonical => Signed(sent, payload => HostilePoints.Of(_group.Curve, "not canonical").CopyTo(payload, ProofsAt)),
            MaintenanceCheat.Round3BadSignature => Changed(sent, payload => payload[^1] ^= 1),
            MaintenanceCheat.Round3WrongSum => Signed(sent, payload => payload[SumsAt + LowByteAt(1)] ^= 1),
            MaintenanceCheat.Round3SumNotCanonical => Signed(sent, payload => payload.AsSpan(SumsAt, 32).Fill(0xff)),
            _ => sent,
        };
    }

    /// <summary>The least significant byte of the k-th scalar: changed by one it is still canonical.</summary>
    private int LowByteAt(int k) => 32 * k + (_group.Curve == Curve.Edwards25519 ? 0 : 31);

    private int SaltAt => _layout.OpeningPayload - Bytes32.Size;

    /// <summary>The first point of key k.</summary>
    private int PointAt(int k) => Digest32.Size + k * _layout.PointsPerKey * _group.PointSize;

    private int SharesAt => _layout.OpeningPayload + MaintenanceLayout.SignatureSize;

    private static Digest32 T1Of(Travelling round2) => MaintenanceOpening.ReadT1(round2.Payload);

    private Digest32? T1() => _seen.Find(message => message.Round == 2) is { } message ? T1Of(message) : null;

    private int SizeOf(byte round) => round switch
    {
        1 => _layout.CommitmentPayload,
        2 => _layout.OpeningPayload,
        _ => IsRecovery ? _layout.SumsPayload : _layout.ConfirmationPayload,
    };

    private Travelling WithPoint(Travelling sent, int at, byte[] point) => Signed(sent, payload => point.CopyTo(payload, at));

    /// <summary>Changes the first part of a message and signs it anew.</summary>
    private Travelling Signed(Travelling sent, Action<byte[]> change, Digest32? context = null, Digest32? t1 = null) =>
        Resigned(sent, 0, SizeOf(sent.Round), sent.Round == 3 && IsRecovery ? sent.To.Value : (ushort)0, change, context, t1);

    private Travelling SignedShares(Travelling sent, Action<byte[]> change) => Resigned(sent, SharesAt, _layout.SharesPayload, sent.To.Value, change);

    private Travelling Resigned(
        Travelling sent, int start, int size, ushort to, Action<byte[]> change, Digest32? context = null, Digest32? t1 = null)
    {
        var part = sent.Payload.AsSpan(start, size).ToArray();
        change(part);
        byte[] payload = [.. sent.Payload];
        part.CopyTo(payload, start);
        Sign(part, payload.AsSpan(start + size), sent.Round, to, sent.Round == 1 ? null : t1 ?? T1(), context);
        return sent with { Payload = payload };
    }

    private Travelling Resized(Travelling sent, byte[] insert, int remove)
    {
        byte[] broadcast = [.. sent.Payload[..PointAt(0)], .. insert, .. sent.Payload[(PointAt(0) + remove).._layout.OpeningPayload]];
        var signature = new byte[MaintenanceLayout.SignatureSize];
        Sign(broadcast, signature, 2, 0, T1Of(sent));
        return sent with { Payload = [.. broadcast, .. signature, .. sent.Payload[SharesAt..]] };
    }

    private void Sign(ReadOnlySpan<byte> part, Span<byte> signature, byte round, ushort to, Digest32? t1, Digest32? context = null) =>
        SignedStatement.Sign(_world.Identity(Cheater), context ?? _input.Context, round, Cheater, to, t1, part, signature[..MaintenanceLayout.SignatureSize]);

    public void Dispose()
    {
        _otherDealing?.Dispose();
        _twin?.Dispose();
    }
}
