using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What stays the same throughout one party's run of a refresh, reshare or recovery, and the old shares until they are dealt.</summary>
public sealed class MaintenanceSession : IDisposable
{
    private SecretScalars? _oldShares;
    private PresentKeys? _learned;

    /// <param name="input">Of the order; the session id was not used before.</param>
    /// <param name="self">This node; it signs with <paramref name="signer"/>.</param>
    /// <param name="records">The present records in key order; null for one that does not hold them: it learns them in round 1 of a reshare or recovery.</param>
    /// <param name="shares">
    /// Own old shares in key order; null where the party is no dealer. The session's from here on, and wiped as soon as they are dealt;
    /// if this constructor throws they stay the caller's.
    /// </param>
    /// <param name="identities">Current identity keys by our own roster; it must know every member.</param>
    /// <param name="random">Source of coefficients, salts and checks.</param>
    /// <exception cref="ArgumentException">The node has no part, lacks what its part needs, an identity is missing, records are not the order's, or shares not the records'.</exception>
    public MaintenanceSession(
        MaintenanceInput input, NodeId self, IReadOnlyList<KeyRecord>? records, SecretScalars? shares, IIdentitySigner signer,
        IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities, IRandomSource random)
    {
        var terms = input.Terms;
        Input = input;
        Self = terms.PidOf(self) ?? throw new ArgumentException("this node has no part in the session", nameof(self));
        Identities = terms.Members.ToDictionary(member => member.Pid, member => identities.TryGetValue(member.Nid, out var key)
            ? key
            : throw new ArgumentException($"no identity key for party {member.Pid}", nameof(identities)));
        if (!Identities[Self].Equals(signer.PublicKey))
            throw new ArgumentException("the signer is not this node's identity", nameof(signer));
        Signer = signer;
        Random = random;
        Group = Groups.For(terms.Suite.Curve());
        Protocol = MaintenanceProtocol.Of(terms, Group);
        Layout = Protocol.Layout;
        Peers = [.. terms.Members.Select(member => member.Pid).Where(pid => pid != Self)];
        IsDealer = terms.IsDealer(Self);
        if (records is not null)
            Present = PresentKeys.Decode(Group, terms, records) ?? throw new ArgumentException("records are not the order's", nameof(records));
        else if (IsDealer)
            throw new ArgumentException("a dealer holds the records", nameof(records));
        if (IsDealer != shares is not null || (shares is not null && (shares.Count != terms.Count || !ReferenceEquals(shares.Group, Group))))
            throw new ArgumentException("a dealer, and only a dealer, brings one share of each key", nameof(shares));
        // A node whose store gave it other shares would be taken for a cheat by all: it stops before anything of them leaves.
        if (shares is not null && !Protocol.AreSecretsOf(shares, Present!.PublicShares(Self), random))
            throw new ArgumentException("the shares are not those of the records", nameof(shares));
        _oldShares = shares;
    }

    public MaintenanceInput Input { get; }

    public PartyId Self { get; }

    /// <summary>All other members, ascending.</summary>
    public IReadOnlyList<PartyId> Peers { get; }

    public IGroup Group { get; }

    internal MaintenanceTerms Terms => Input.Terms;

    internal bool IsDealer { get; }

    internal MaintenanceProtocol Protocol { get; }

    internal MaintenanceLayout Layout { get; }

    /// <summary>Null for a party that learns the records in round 1.</summary>
    internal PresentKeys? Present { get; }

    /// <summary>The present records: those the session began with, or as round 1 brought them; null for a party that has not learned them yet. What evidence is judged by.</summary>
    public IReadOnlyList<KeyRecord>? Records => (Present ?? _learned)?.Records;

    internal IReadOnlyDictionary<PartyId, Ed25519PublicKey> Identities { get; }

    internal IIdentitySigner Signer { get; }

    internal IRandomSource Random { get; }

    /// <summary>Hands the old shares over, once.</summary>
    internal SecretScalars TakeOldShares() =>
        Interlocked.Exchange(ref _oldShares, null) ?? throw new InvalidOperationException("the old shares were taken before, or there are none");

    /// <summary>Round 1 brought the records, judged by the order.</summary>
    internal void Learn(PresentKeys? present) => _learned = present;

    /// <summary>An inbox for a round's messages, one from each that owes us one.</summary>
    internal RoundInbox<RawMessage> NewInbox(byte round) =>
        new(RoundId.Numbered(Terms.Protocol, round), Protocol.Senders(round, Self).Where(pid => pid != Self));

    /// <summary>A state takes only its own round's inbox: another is the caller's bug.</summary>
    internal void Require(RoundInbox<RawMessage> inbox, byte round)
    {
        if (inbox.Round != RoundId.Numbered(Terms.Protocol, round))
            throw new ArgumentException($"expected the inbox of round {round}, got {inbox.Round}", nameof(inbox));
    }

    /// <summary>Signs the part of a message that ends where the signature begins.</summary>
    internal void Sign(byte round, ushort to, Digest32? t1, ReadOnlySpan<byte> payload, Span<byte> signature) =>
        SignedStatement.Sign(Signer, Input.Context, round, Self, to, t1, payload, signature);

    /// <summary>The part of a message from its start, as a statement that can be shown: its signature follows.</summary>
    /// <param name="size">Bytes of the part.</param>
    internal SignedStatement StatementOf(byte round, PartyId from, ushort to, Digest32? t1, ReadOnlySpan<byte> message, int size) =>
        new(Input.Context, round, from, to, t1, message[..size].ToArray(), message.Slice(size, MaintenanceLayout.SignatureSize).ToArray());

    /// <summary>Wipes old shares that were not dealt.</summary>
    public void Dispose() => Interlocked.Exchange(ref _oldShares, null)?.Dispose();
}
