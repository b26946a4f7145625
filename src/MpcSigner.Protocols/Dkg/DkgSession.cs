using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkg;

/// <summary>What stays the same throughout one party's run of a key generation.</summary>
public sealed class DkgSession
{
    /// <param name="input">Already compared with the order.</param>
    /// <param name="self">This node; it signs with <paramref name="signer"/>.</param>
    /// <param name="identities">Current identity keys by our own roster; it must know every party.</param>
    /// <param name="random">Source of coefficients, salts and checks.</param>
    /// <exception cref="NotSupportedException">The suite's group is not in this build.</exception>
    /// <exception cref="ArgumentException">The node has no part, an identity is missing, or the signer is not the node's.</exception>
    public DkgSession(
        DkgInput input, NodeId self, IIdentitySigner signer, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities, IRandomSource random)
    {
        Input = input;
        Self = input.PidOf(self) ?? throw new ArgumentException("this node is not a party of the key", nameof(self));
        Identities = input.Parties.ToDictionary(party => party.Pid, party => identities.TryGetValue(party.Nid, out var key)
            ? key
            : throw new ArgumentException($"no identity key for party {party.Pid}", nameof(identities)));
        if (!Identities[Self].Equals(signer.PublicKey))
            throw new ArgumentException("the signer is not this node's identity", nameof(signer));
        Signer = signer;
        Random = random;
        Group = Groups.For(input.Suite.Curve());
        Layout = new(Group, input.Threshold, input.Count);
        Peers = [.. input.Parties.Select(party => party.Pid).Where(pid => pid != Self)];
    }

    public DkgInput Input { get; }

    public PartyId Self { get; }

    /// <summary>All others, ascending.</summary>
    public IReadOnlyList<PartyId> Peers { get; }

    public IGroup Group { get; }

    internal IReadOnlyDictionary<PartyId, Ed25519PublicKey> Identities { get; }

    internal IIdentitySigner Signer { get; }

    internal IRandomSource Random { get; }

    internal DkgLayout Layout { get; }

    /// <summary>An inbox for a round's messages: one from each peer.</summary>
    public RoundInbox<RawMessage> NewInbox(byte round) => new(RoundId.Numbered(ProtocolKind.Dkg, round), Peers);

    /// <summary>A state takes only its own round's inbox: another is the caller's bug.</summary>
    internal void Require(RoundInbox<RawMessage> inbox, byte round)
    {
        if (inbox.Round != RoundId.Numbered(ProtocolKind.Dkg, round))
            throw new ArgumentException($"expected the inbox of round {round}, got {inbox.Round}", nameof(inbox));
    }

    /// <summary>Signs the part of a message that ends where the signature begins.</summary>
    internal void Sign(byte round, ushort to, Digest32? t1, ReadOnlySpan<byte> payload, Span<byte> signature) =>
        SignedStatement.Sign(Signer, Input.Context, round, Self, to, t1, payload, signature);

    /// <summary>The broadcast part of a message of the exact length, as a statement that can be shown.</summary>
    internal SignedStatement BroadcastOf(byte round, PartyId from, Digest32? t1, ReadOnlySpan<byte> message)
    {
        var size = Layout.BroadcastSize(round);
        return new(Input.Context, round, from, To: 0, t1, message[..size].ToArray(), message.Slice(size, DkgLayout.SignatureSize).ToArray());
    }
}
