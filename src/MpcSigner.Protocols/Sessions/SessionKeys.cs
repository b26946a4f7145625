using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Protocols.Sessions;

/// <summary>The direction keys between one member and all others, each in its own AES-256-GCM instance (spec §4.10).</summary>
/// <remarks>Key i→j = HKDF-SHA256(ikm = X25519(e_i, e_j), salt = H("joins"; …), info = "TSS1/env" ‖ nid_i ‖ nid_j). Derived in locked memory; the native cipher objects then hold them, for one session.</remarks>
public sealed class SessionKeys : IDisposable
{
    public const int KeySize = 32;
    public const int TagSize = 16;

    private readonly Dictionary<NodeId, (AesGcm Send, AesGcm Receive)> _pairs;

    private SessionKeys(JoinSet joins, NodeId self, Dictionary<NodeId, (AesGcm, AesGcm)> pairs)
    {
        Joins = joins;
        Self = self;
        _pairs = pairs;
    }

    public JoinSet Joins { get; }

    public NodeId Self { get; }

    internal AesGcm SendingTo(NodeId peer) => _pairs[peer].Send;

    internal AesGcm ReceivingFrom(NodeId peer) => _pairs[peer].Receive;

    /// <summary>Agrees on keys with every other member. False when a member's ephemeral key is weak; no key survives then.</summary>
    /// <param name="ephemeral">The pair whose public key our join announces; it may be disposed afterwards.</param>
    /// <exception cref="ArgumentException">The pair is not the one in our join.</exception>
    public static bool TryDerive(
        JoinSet joins, NodeId self, X25519KeyPair ephemeral,
        [NotNullWhen(true)] out SessionKeys? keys, [NotNullWhen(false)] out JoinRefusal? refusal)
    {
        keys = null;
        refusal = null;
        if (joins.Of(self).EphemeralKey != ephemeral.PublicKey)
            throw new ArgumentException("the join announces another ephemeral key", nameof(ephemeral));

        var pairs = new Dictionary<NodeId, (AesGcm, AesGcm)>();
        var derived = new SessionKeys(joins, self, pairs);
        foreach (var join in joins.Joins)
        {
            if (join.Nid == self)
                continue;
            if (!ephemeral.TryAgree(join.EphemeralKey, out var agreed))
            {
                derived.Dispose();
                refusal = new(JoinRefusalKind.WeakEphemeralKey, join.Nid);
                return false;
            }
            using (agreed)
                pairs.Add(join.Nid, (Direction(agreed, joins.Digest, self, join.Nid), Direction(agreed, joins.Digest, join.Nid, self)));
        }
        keys = derived;
        return true;
    }

    private static AesGcm Direction(SecureMemory shared, Digest32 salt, NodeId from, NodeId to)
    {
        byte[] info = [.. "TSS1/env"u8, .. from.ToArray(), .. to.ToArray()];
        using var key = HkdfSha256.DeriveKey(shared, salt.ToArray(), info, KeySize);
        using var bytes = key.Borrow();
        return new(bytes.Span, TagSize);
    }

    public void Dispose()
    {
        foreach (var (send, receive) in _pairs.Values)
        {
            send.Dispose();
            receive.Dispose();
        }
    }
}
