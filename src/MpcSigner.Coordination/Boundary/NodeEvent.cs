using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Boundary;

/// <summary>Everything that can happen to a node. Events are stepped one at a time.</summary>
public abstract record NodeEvent
{
    private NodeEvent() { }

    /// <summary>The first event: start timers, end orders that a former instance left, greet the peers.</summary>
    public sealed record Started : NodeEvent;

    /// <summary>A client calls; <paramref name="TlsClient"/> is whom its TLS certificate is pinned to.</summary>
    /// <param name="Timeout">The caller's own deadline from now, null for none.</param>
    public sealed record ClientCalled(CallId Call, ClientId TlsClient, ClientCall Body, TimeSpan? Timeout) : NodeEvent;

    /// <summary>An administrator calls; <paramref name="TlsAdministrator"/> is whom its TLS certificate is pinned to. What is ordered rests on signatures, never on the connection.</summary>
    public sealed record AdministratorCalled(CallId Call, AdministratorId TlsAdministrator, AdministratorCall Body) : NodeEvent;

    /// <summary>The client went away: no answer is wanted, what was begun goes on.</summary>
    public sealed record ClientGone(CallId Call) : NodeEvent;

    /// <summary>A peer calls; <paramref name="TlsKey"/> is the SHA-256 of the SPKI it showed.</summary>
    public sealed record PeerCalled(CallId Call, NodeId Peer, Digest32 TlsKey, PeerCall Body) : NodeEvent;

    /// <summary>Answer to <see cref="NodeEffect.CallPeer"/>; <paramref name="TlsKey"/> as shown by the answering server.</summary>
    public sealed record PeerAnswered(Token Token, Digest32 TlsKey, PeerReply Reply) : NodeEvent;

    /// <summary>A call got no answer: unreachable, timed out, not understood. The world's fault, never the peer's.</summary>
    public sealed record PeerCallFailed(Token Token, string Reason) : NodeEvent;

    /// <summary>A peer opened a session stream to us.</summary>
    public sealed record StreamOpened(StreamId Stream, NodeId Peer) : NodeEvent;

    public sealed record FrameReceived(StreamId Stream, SessionFrame Frame) : NodeEvent;

    /// <summary>The stream ended from the other side or broke. No further frame arrives; none can be sent.</summary>
    public sealed record StreamClosed(StreamId Stream, string Reason) : NodeEvent;

    /// <summary>The writes are durable.</summary>
    public sealed record Committed(Token Token) : NodeEvent;

    /// <summary>The store refused or failed; nothing of the commit was written. The node stops taking part until it is restarted.</summary>
    public sealed record CommitFailed(Token Token, string Reason) : NodeEvent;

    public sealed record ReadDone(Token Token, IReadOnlyList<StoreAnswer> Answers) : NodeEvent;

    public sealed record ReadFailed(Token Token, string Reason) : NodeEvent;

    /// <summary>The shares as they go into a commit: the machine's to pass on or to dispose.</summary>
    public sealed record SharesSealed(Token Token, SealedShares Shares) : NodeEvent;

    /// <summary>The shares are not sealed, none of them. The world's fault: they are wiped, and the session that made them ends.</summary>
    public sealed record SealUnavailable(Token Token, SealTrouble Trouble) : NodeEvent;

    /// <summary>The share is open in locked memory; it is the machine's to dispose.</summary>
    public sealed record ShareLoaded(Token Token, SecretScalar Share) : NodeEvent;

    public sealed record ShareUnavailable(Token Token, SealTrouble Trouble) : NodeEvent;

    /// <summary>The identity key of this node is open; it stays the host's, and usable until the process ends.</summary>
    public sealed record IdentityLoaded(Token Token, IIdentitySigner Identity) : NodeEvent;

    public sealed record IdentityUnavailable(Token Token, string Reason) : NodeEvent;

    /// <summary>New connections show another TLS key of this node, one that the roster in force pins for it.</summary>
    /// <param name="TlsKey">SHA-256 of its SPKI.</param>
    public sealed record TlsKeyReplaced(Digest32 TlsKey) : NodeEvent;

    /// <summary>The work has run; its result stands in the work object.</summary>
    public sealed record Computed(Token Token) : NodeEvent;

    public sealed record TimerFired(Token Token) : NodeEvent;
}
