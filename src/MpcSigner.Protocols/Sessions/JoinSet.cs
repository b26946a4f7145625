using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Sessions;

/// <summary>Why a set of joins does not make a session.</summary>
public enum JoinRefusalKind
{
    /// <summary>A member's join is not there.</summary>
    Missing = 1,

    /// <summary>A join of somebody who is not a member.</summary>
    NotAMember = 2,

    /// <summary>Two joins of one member.</summary>
    Repeated = 3,

    /// <summary>A join that differs from ours in more than its last four fields.</summary>
    OtherTerms = 4,

    /// <summary>The roster has no identity key for the member.</summary>
    UnknownIdentity = 5,

    /// <summary>The identity signature does not hold.</summary>
    BadSignature = 6,

    /// <summary>The join that stands for us is not the one we signed.</summary>
    NotOurJoin = 7,

    /// <summary>The session id does not begin with the start counter in the initiator's join (spec §4.5).</summary>
    SessionIdOfOtherStart = 8,

    /// <summary>A member's ephemeral key gives an all-zero X25519 result.</summary>
    WeakEphemeralKey = 9,

    /// <summary>Two members came with one ephemeral key: their direction keys would depend on each other. Names the one that copied, as far as can be told.</summary>
    SharedEphemeralKey = 10,
}

/// <param name="Member">The member whose join it is about.</param>
public sealed record JoinRefusal(JoinRefusalKind Kind, NodeId Member);

/// <summary>All joins of a session, verified: one of every member, agreeing in everything but the last four fields, ascending by nid (spec §4.10).</summary>
/// <remarks>That each instance and start counter is the newest of its node is the caller's to check: only it remembers.</remarks>
public sealed class JoinSet
{
    /// <summary>The most members a session can have: 16 parties and an initiator outside them, or the dealers and receivers of a reshare.</summary>
    public const int MaxMembers = 33;

    private JoinSet(SessionTerms terms, IReadOnlyList<Join> joins)
    {
        Terms = terms;
        Joins = joins;
        Digest = SessionHashes.Joins(joins);
    }

    public SessionTerms Terms { get; }

    /// <summary>Ascending by nid.</summary>
    public IReadOnlyList<Join> Joins { get; }

    /// <summary>H("joins"; list of joins ascending by nid).</summary>
    public Digest32 Digest { get; }

    public Join Of(NodeId nid) => Joins.First(join => join.Nid == nid);

    /// <summary>Verifies the joins that the initiator collected.</summary>
    /// <param name="own">The join this node signed for the session: its terms are the measure.</param>
    /// <param name="participants">All participants by our own knowledge, from the order or the key record. The initiator counts as a member whether or not it is among them.</param>
    /// <param name="identities">Current identity keys by our own roster.</param>
    /// <exception cref="ArgumentException">Our own mistake: too many participants, or we are none of them.</exception>
    public static bool TryAssemble(
        Join own,
        IEnumerable<NodeId> participants,
        IReadOnlyCollection<SignedJoin> joins,
        IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities,
        [NotNullWhen(true)] out JoinSet? set,
        [NotNullWhen(false)] out JoinRefusal? refusal)
    {
        set = null;
        var members = new SortedSet<NodeId>(participants) { own.Terms.Initiator };
        if (members.Count > MaxMembers)
            throw new ArgumentException($"a session has at most {MaxMembers} members", nameof(participants));
        if (!members.Contains(own.Nid))
            throw new ArgumentException("we are no member of this session", nameof(own));

        var byNid = new SortedDictionary<NodeId, Join>();
        foreach (var signed in joins)
        {
            if (Judge(signed, own, members, identities) is { } kind)
            {
                refusal = new(kind, signed.Join.Nid);
                return false;
            }
            if (!byNid.TryAdd(signed.Join.Nid, signed.Join))
            {
                refusal = new(JoinRefusalKind.Repeated, signed.Join.Nid);
                return false;
            }
        }
        refusal = JudgeTogether(own, members, byNid);
        if (refusal is not null)
            return false;
        set = new(own.Terms, [.. byNid.Values]);
        return true;
    }

    private static JoinRefusalKind? Judge(
        SignedJoin signed, Join own, SortedSet<NodeId> members, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities)
    {
        if (!members.Contains(signed.Join.Nid))
            return JoinRefusalKind.NotAMember;
        if (signed.Join.Terms != own.Terms)
            return JoinRefusalKind.OtherTerms;
        if (!identities.TryGetValue(signed.Join.Nid, out var identity))
            return JoinRefusalKind.UnknownIdentity;
        if (!signed.Verify(identity))
            return JoinRefusalKind.BadSignature;
        return signed.Join.Nid == own.Nid && signed.Join != own ? JoinRefusalKind.NotOurJoin : null;
    }

    private static JoinRefusal? JudgeTogether(Join own, SortedSet<NodeId> members, SortedDictionary<NodeId, Join> byNid)
    {
        foreach (var member in members)
        {
            if (!byNid.ContainsKey(member))
                return new(JoinRefusalKind.Missing, member);
        }
        var holders = new Dictionary<Bytes32, NodeId>();
        foreach (var join in byNid.Values)
        {
            if (!holders.TryAdd(join.EphemeralKey, join.Nid))
                return new(JoinRefusalKind.SharedEphemeralKey, Copier(own, holders[join.EphemeralKey], join.Nid));
        }
        return byNid[own.Terms.Initiator].StartCounter == own.Terms.Session.StartCounter()
            ? null
            : new(JoinRefusalKind.SessionIdOfOtherStart, own.Terms.Initiator);
    }

    /// <summary>Who of two members with one key took it: never ourselves, and not the initiator, whose join everybody has seen before sending one.</summary>
    private static NodeId Copier(Join own, NodeId one, NodeId other)
    {
        if (one == own.Nid || other == own.Nid)
            return one == own.Nid ? other : one;
        return other == own.Terms.Initiator ? one : other;
    }
}
