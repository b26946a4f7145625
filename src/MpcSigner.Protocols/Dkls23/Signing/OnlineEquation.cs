using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Everything public of one online signature, the same at every signer and at the initiator (spec §13 steps 1, 3).</summary>
internal sealed class OnlineEquation
{
    private OnlineEquation(IGroup group, OnlineRequest request, DerivedKey key, PublicScalar digest, PublicScalar rerandomizer, GroupPoint nonce)
    {
        Key = key;
        Digest = digest;
        Rerandomizer = rerandomizer;
        Nonce = nonce;
        R = ReduceX(group, nonce.Encoded[1..]);
        RecoveryId = RecoveryIdOf(nonce);
        Echo = new TranscriptHash(Tags.OnlineEcho).Digest(request.Presignature).Bytes32(request.Osid).Scalar(rerandomizer).ToDigest();
    }

    /// <summary>τ and P_τ.</summary>
    internal DerivedKey Key { get; }

    /// <summary>e.</summary>
    internal PublicScalar Digest { get; }

    /// <summary>δ.</summary>
    internal PublicScalar Rerandomizer { get; }

    /// <summary>R′.</summary>
    internal GroupPoint Nonce { get; }

    /// <summary>x′ = R′.x mod q.</summary>
    internal PublicScalar R { get; }

    /// <summary>Of R′.</summary>
    internal byte RecoveryId { get; }

    /// <summary>g = H("ps-online"; T2, osid, δ).</summary>
    internal Digest32 Echo { get; }

    /// <summary>The parts of the request that are judged before anything is spent: the path to P_τ, e ≠ 0.</summary>
    internal static OnlineRefusal? TryRead(KeyRecord record, OnlineRequest request, out IGroup group, out DerivedKey? key, out PublicScalar digest)
    {
        group = Groups.For(record.Suite.Curve());
        digest = default;
        if (!group.TryDecodePoint(record.PublicKey.Span, out var publicKey))
            throw new InvalidOperationException("the key record's public key is no point");
        if (Sec1Derivation.TryDerive(publicKey, record.ChainCode, [.. request.Path], out key) != DerivationFault.None)
            return OnlineRefusal.BadPath;
        digest = ReduceX(group, request.Digest.ToArray());
        return digest.IsZero ? OnlineRefusal.BadDigest : null;
    }

    /// <summary>δ, and all that follows from it.</summary>
    internal static bool TryCreate(
        KeyRecord record, OnlineRequest request, GroupPoint nonce, IGroup group, DerivedKey key, PublicScalar digest, [NotNullWhen(true)] out OnlineEquation? equation) =>
        TryRerandomize(request, nonce, group, key, digest, RerandomizerOf(record, request, nonce, group, key), out equation);

    /// <summary>δ = Hs("ecdsa-rerand"; T2, KH, P, τ, h, R, osid, entropy).</summary>
    private static PublicScalar RerandomizerOf(KeyRecord record, OnlineRequest request, GroupPoint nonce, IGroup group, DerivedKey key) =>
        new TranscriptHash(Tags.EcdsaRerandomizer, group).Digest(request.Presignature).Digest(request.RecordHash)
            .Bytes(record.PublicKey.Span).Scalar(key.Tweak).Bytes32(request.Digest).Point(nonce).Bytes32(request.Osid).Bytes32(request.Entropy).ToScalar();

    /// <summary>R′ = R + δ·G. False where R′ = O or x′ = 0: neither can be reached by a hash, and neither may be signed with.</summary>
    internal static bool TryRerandomize(
        OnlineRequest request, GroupPoint nonce, IGroup group, DerivedKey key, PublicScalar digest, PublicScalar rerandomizer, [NotNullWhen(true)] out OnlineEquation? equation)
    {
        equation = null;
        var rerandomized = group.Add(nonce, group.MultiplyBasePublic(rerandomizer));
        if (rerandomized.IsIdentity)
            return false;
        equation = new(group, request, key, digest, rerandomizer, rerandomized);
        return !equation.R.IsZero;
    }

    /// <summary>1 for an odd y, and 2 where x is not below q: with probability 2^−128 on secp256k1, 2^−32 on P-256.</summary>
    internal static byte RecoveryIdOf(GroupPoint nonce) =>
        (byte)((nonce.Encoded[0] & 1) + (nonce.Group.TryDecodeScalar(nonce.Encoded[1..], out _) ? 0 : 2));

    /// <summary>32 bytes read big endian, mod q.</summary>
    private static PublicScalar ReduceX(IGroup group, ReadOnlySpan<byte> bytes)
    {
        Span<byte> wide = stackalloc byte[IGroup.WideSize];
        wide.Clear();
        bytes.CopyTo(wide[^IGroup.ScalarSize..]);
        return group.ReduceWideBigEndian(wide);
    }
}
