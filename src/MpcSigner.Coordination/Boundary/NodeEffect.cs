using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Boundary;

/// <summary>Everything a node can do to the world. The host executes effects in order; those with a token are answered by one event.</summary>
public abstract record NodeEffect
{
    private NodeEffect() { }

    /// <summary>The one reply to a client's call.</summary>
    public sealed record AnswerClient(CallId Call, ClientReply Reply) : NodeEffect;

    /// <summary>The one reply to an administrator's call.</summary>
    public sealed record AnswerAdministrator(CallId Call, AdministratorReply Reply) : NodeEffect;

    /// <summary>A step forward of a long call, for people to watch; may be dropped.</summary>
    public sealed record ReportProgress(CallId Call, ClientProgress Progress) : NodeEffect;

    /// <summary>The one reply to a peer's call.</summary>
    public sealed record AnswerPeer(CallId Call, PeerReply Reply) : NodeEffect;

    /// <summary>Answered by PeerAnswered or PeerCallFailed, at the latest after <paramref name="Timeout"/>.</summary>
    public sealed record CallPeer(Token Token, NodeId Peer, PeerCall Body, TimeSpan Timeout) : NodeEffect;

    /// <summary>Opens a session stream. There is no success event: frames may be sent at once; failure is StreamClosed.</summary>
    public sealed record OpenStream(StreamId Stream, NodeId Peer) : NodeEffect;

    public sealed record SendFrame(StreamId Stream, SessionFrame Frame) : NodeEffect;

    /// <summary>Ends our side after what was sent. No StreamClosed follows for it.</summary>
    public sealed record CloseStream(StreamId Stream) : NodeEffect;

    /// <summary>Answered by SharesSealed or SealUnavailable. The host disposes the shares. Nothing is stored yet.</summary>
    public sealed record SealShares(Token Token, IReadOnlyList<ShareToSeal> Shares) : NodeEffect;

    /// <summary>Answered by Committed or CommitFailed. Commits become durable in the order of their effects.</summary>
    /// <param name="Shares">Written with the rest; the host's again. Null where the commit has none.</param>
    public sealed record Commit(Token Token, IReadOnlyList<StoreWrite> Writes, SealedShares? Shares) : NodeEffect;

    /// <summary>Answered by ReadDone or ReadFailed, from a state that includes every commit acknowledged before.</summary>
    public sealed record Read(Token Token, IReadOnlyList<StoreQuery> Queries) : NodeEffect;

    /// <summary>Answered by ShareLoaded or ShareUnavailable.</summary>
    public sealed record LoadShare(Token Token, KeyId Key, uint Generation) : NodeEffect;

    /// <summary>Another roster is in force here, durably: who may call, and where and how peers are reached, follows it from the next effect on.</summary>
    public sealed record RosterAdopted(Roster Roster) : NodeEffect;

    /// <summary>Answered by IdentityLoaded or IdentityUnavailable.</summary>
    public sealed record LoadIdentity(Token Token, Ed25519PublicKey PublicKey) : NodeEffect;

    /// <summary>This node signs with that key from here on. The former one is to be kept in memory while the process runs, for what began under it, and nowhere else.</summary>
    public sealed record IdentityAdopted(Ed25519PublicKey PublicKey) : NodeEffect;

    /// <summary>Opened copies of these shares, wherever the host keeps them, are wiped: they are not used again.</summary>
    public sealed record ForgetShares(IReadOnlyList<(KeyId Key, uint Generation)> Shares) : NodeEffect;

    /// <summary>Runs long arithmetic off the machine's thread; answered by Computed.</summary>
    public sealed record Compute(Token Token, Work Work) : NodeEffect;

    /// <summary>Answered by TimerFired, unless stopped first (then perhaps still: the machine ignores tokens it no longer knows).</summary>
    public sealed record StartTimer(Token Token, TimeSpan After) : NodeEffect;

    public sealed record StopTimer(Token Token) : NodeEffect;

    /// <summary>For logs and counters; carries ids and sizes only.</summary>
    public sealed record Observe(Observation Observation) : NodeEffect;

    /// <summary>Our own bug or a lost store: the process must end without doing any effect that follows.</summary>
    public sealed record Halt(string Reason) : NodeEffect;
}

/// <summary>A share on its way to the store. A class and not a record: it carries a secret.</summary>
public sealed class ShareToSeal(KeyId key, uint generation, SecretScalar share)
{
    public KeyId Key { get; } = key;

    public uint Generation { get; } = generation;

    public SecretScalar Share { get; } = share;
}

/// <summary>Arithmetic of more than about a millisecond: pure, no I/O. The machine keeps the object and reads the result from it after Computed.</summary>
public abstract class Work
{
    /// <summary>Called once, on any thread, before Computed is delivered. An exception is our bug and ends the process, but for a token that does not sign (<see cref="MpcSigner.Cryptography.Secrets.Identities.IdentityUnavailableException"/>), which ends the machine; what else the world may refuse (locked memory) is a result.</summary>
    public abstract void Run();
}
