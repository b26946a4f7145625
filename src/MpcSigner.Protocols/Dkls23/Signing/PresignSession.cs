using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>What stays the same throughout one party's run of a presign session, and what it holds of others: the share and the pair setups.</summary>
public sealed class PresignSession
{
    /// <param name="input">Already compared with the session and with policy's quotas.</param>
    /// <param name="self">This node; a signer.</param>
    /// <param name="share">x_i of the key's generation; stays the caller's and is read only when round 1 is complete.</param>
    /// <param name="setups">By the peer's nid: one for each other signer, of the instances that <paramref name="input"/> names.</param>
    /// <exception cref="ArgumentException">The node does not sign, a setup is missing or is of other instances, or the share is of another group.</exception>
    public PresignSession(PresignInput input, NodeId self, SecretScalar share, IReadOnlyDictionary<NodeId, PairSetup> setups, IRandomSource random)
    {
        Input = input;
        Self = input.PidOf(self) ?? throw new ArgumentException("this node is not a signer", nameof(self));
        Group = Groups.For(input.Record.Suite.Curve());
        if (!ReferenceEquals(share.Group, Group))
            throw new ArgumentException($"a share of {share.Group.Name}", nameof(share));
        Share = share;
        Random = random;
        Peers = [.. input.Signers.Where(signer => signer.Pid != Self).Select(signer => signer.Pid)];
        Setups = input.Signers.Where(signer => signer.Pid != Self).ToDictionary(signer => signer.Pid, signer => SetupWith(signer, setups));
        Lagrange = PublicSharing.LagrangeCoefficient(Group, [.. input.Signers.Select(signer => signer.Pid)], Self);
    }

    public PresignInput Input { get; }

    public PartyId Self { get; }

    /// <summary>The other signers, ascending.</summary>
    public IReadOnlyList<PartyId> Peers { get; }

    public IGroup Group { get; }

    internal SecretScalar Share { get; }

    /// <summary>λ_i^S of this party.</summary>
    internal PublicScalar Lagrange { get; }

    internal IRandomSource Random { get; }

    internal IReadOnlyDictionary<PartyId, PairSetup> Setups { get; }

    /// <summary>An inbox for a round's messages: one from each peer.</summary>
    internal RoundInbox<RawMessage> NewInbox(byte round) => new(RoundId.Numbered(ProtocolKind.Presign, round), Peers);

    private static PairSetup SetupWith(PresignSigner signer, IReadOnlyDictionary<NodeId, PairSetup> setups) =>
        setups.TryGetValue(signer.Nid, out var setup) && setup.Peer == signer.Nid && setup.Nodes.PeerInstance == signer.Instance
            ? setup
            : throw new ArgumentException($"no setup with the instance of party {signer.Pid} that signs", nameof(setups));
}
