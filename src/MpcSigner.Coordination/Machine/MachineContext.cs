using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Coordination.Machine;

/// <summary>What all rooms of a machine share: the moment of the step, the effects it collects, and who waits for which answer.</summary>
/// <remarks>A waiter is kept from its effect to the answering event; timers alone may be forgotten before.</remarks>
internal sealed class MachineContext
{
    private readonly Dictionary<Token, Waiter> _waiters = [];
    private readonly Journal _journal;
    private List<NodeEffect> _effects = [];
    private ulong _lastToken;
    private ulong _nextStream = 1;

    public MachineContext(MachineSetup setup)
    {
        Setup = setup;
        var roster = RosterAtStart.Of(setup.FileRoster, setup.Stored.Roster, setup.Rosters);
        Members = Membership.TryCreate(roster, setup.Nid, setup.StartIdentity, out var members, out var error)
            ? members
            : throw new ArgumentException(error.Message, nameof(setup));
        TlsKey = setup.StartTlsKey;
        _journal = new(this);
    }

    public MachineSetup Setup { get; }

    public MachineSettings Settings => Setup.Settings;

    /// <summary>Who belongs to the cluster now. What must be of one piece from its beginning to its end (a session, a question and its answers) keeps the one it began under.</summary>
    public Membership Members { get; private set; }

    /// <summary>The roster in force here now.</summary>
    public Roster Roster => Members.Roster;

    public NodeId Self => Setup.Nid;

    /// <summary>Current identity keys by the roster in force here.</summary>
    public IReadOnlyDictionary<NodeId, Ed25519PublicKey> Identities => Members.Identities;

    /// <summary>What this node signs with now.</summary>
    public IIdentitySigner Identity => Members.Signer;

    /// <summary>SHA-256 of the SPKI that this node shows in new connections.</summary>
    public Digest32 TlsKey { get; set; }

    public StoppedKeys StoppedKeys { get; } = new();

    public Moment Now { get; private set; }

    public bool Halted { get; private set; }

    public string NameOf(NodeId nid) => Members.NameOf(nid);

    /// <summary>Another roster is in force here, or another identity: durable already.</summary>
    public void Adopt(Membership members) => Members = members;

    public void Begin(Moment now)
    {
        Now = now;
        _effects = [];
    }

    /// <summary>Hands the step's effects over; what is done outside a step (disposal) goes nowhere.</summary>
    public IReadOnlyList<NodeEffect> End()
    {
        var effects = _effects;
        _effects = [];
        return effects;
    }

    public void Do(NodeEffect effect)
    {
        if (!Halted)
            _effects.Add(effect);
    }

    public void Observe(Observation observation) => Do(new NodeEffect.Observe(observation));

    /// <summary>Nothing that follows is done: the process ends.</summary>
    public void Halt(string reason)
    {
        Do(new NodeEffect.Halt(reason));
        Halted = true;
    }

    /// <summary>Has the host seal the batch's shares, off the machine's loop; at once where it has none.</summary>
    /// <param name="isWanted">Asked then: what the batch was made for may be over, and it goes.</param>
    /// <param name="done">To commit it.</param>
    /// <param name="unavailable">Nothing of it is stored, its shares are wiped.</param>
    public void Seal(Batch batch, Func<bool> isWanted, Action done, Action<SealTrouble> unavailable)
    {
        if (Halted)
        {
            batch.Dispose();
            return;
        }
        if (!batch.HasClearShares)
        {
            done();
            return;
        }
        var token = Await(new Waiter.ForSeal(
            shares =>
            {
                batch.Carry(shares);
                if (isWanted())
                    done();
                else
                    batch.Dispose();
            },
            trouble =>
            {
                batch.Dispose();
                unavailable(trouble);
            }));
        Do(new NodeEffect.SealShares(token, batch.TakeClear()));
    }

    /// <summary>The same for a batch that is made here: no locked memory for its shares is trouble like that of a seal.</summary>
    public void Seal(Func<Batch> make, Func<bool> isWanted, Action<Batch> done, Action<SealTrouble> unavailable)
    {
        Batch batch;
        try
        {
            batch = make();
        }
        catch (SecureMemoryException e)
        {
            unavailable(new(Reason.Overloaded, $"locked memory is short: {e.Message}"));
            return;
        }
        Seal(batch, isWanted, () => done(batch), unavailable);
    }

    /// <summary>Makes the batch durable, then calls <paramref name="durable"/>. A store that fails halts the machine.</summary>
    public void Commit(Batch batch, Action durable)
    {
        if (Halted)
        {
            batch.Dispose();
            return;
        }
        var token = Await(new Waiter.ForCommit(durable));
        var (writes, shares) = batch.Release(_journal.Chain(batch.LogItems, Now.Wall));
        Do(new NodeEffect.Commit(token, writes, shares));
    }

    public void Commit(Batch batch) => Commit(batch, static () => { });

    public void Read(IReadOnlyList<StoreQuery> queries, Action<IReadOnlyList<StoreAnswer>> done, Action<string> failed) =>
        Do(new NodeEffect.Read(Await(new Waiter.ForRead(done, failed)), queries));

    /// <param name="loaded">Takes the share over, whatever has happened meanwhile.</param>
    public void LoadShare(KeyId key, uint generation, Action<SecretScalar> loaded, Action<SealTrouble> unavailable) =>
        Do(new NodeEffect.LoadShare(Await(new Waiter.ForShare(loaded, unavailable)), key, generation));

    /// <param name="publicKey">Whose private key this node may hold beside the one in use.</param>
    public void LoadIdentity(Ed25519PublicKey publicKey, Action<IIdentitySigner> loaded, Action<string> unavailable) =>
        Do(new NodeEffect.LoadIdentity(Await(new Waiter.ForIdentity(loaded, unavailable)), publicKey));

    public void Compute(Work work, Action done) => Do(new NodeEffect.Compute(Await(new Waiter.ForWork(done)), work));

    /// <param name="timeout">Null: <see cref="MachineSettings.PeerCallTimeout"/>.</param>
    public void Call(NodeId peer, PeerCall call, Action<Digest32, PeerReply> answered, Action<string> failed, TimeSpan? timeout = null) =>
        Do(new NodeEffect.CallPeer(Await(new Waiter.ForPeer(answered, failed)), peer, call, timeout ?? Settings.PeerCallTimeout));

    public Token StartTimer(TimeSpan after, Action fired)
    {
        var token = Await(new Waiter.ForTimer(fired));
        Do(new NodeEffect.StartTimer(token, after > TimeSpan.Zero ? after : TimeSpan.Zero));
        return token;
    }

    public void StopTimer(ref Token? token)
    {
        if (token is { } running && _waiters.Remove(running))
            Do(new NodeEffect.StopTimer(running));
        token = null;
    }

    /// <summary>Numbers a stream that this machine opens: odd ones are ours.</summary>
    public StreamId OpenStream(NodeId peer)
    {
        var stream = new StreamId(_nextStream);
        _nextStream += 2;
        Do(new NodeEffect.OpenStream(stream, peer));
        return stream;
    }

    /// <summary>The waiter for an answer, which it leaves. Null only for a timer that was stopped.</summary>
    /// <exception cref="InvalidOperationException">The host answered what was never asked, twice, or with the wrong kind of event: its bug.</exception>
    public T? Take<T>(Token token) where T : Waiter
    {
        if (!_waiters.Remove(token, out var waiter))
        {
            return typeof(T) == typeof(Waiter.ForTimer)
                ? null
                : throw new InvalidOperationException($"nothing waits for token {token.Value}");
        }
        return waiter as T ?? throw new InvalidOperationException($"token {token.Value} waits for {waiter.GetType().Name}, not for {typeof(T).Name}");
    }

    private Token Await(Waiter waiter)
    {
        var token = new Token(++_lastToken);
        _waiters.Add(token, waiter);
        return token;
    }
}

/// <summary>Who goes on when an effect is answered.</summary>
internal abstract record Waiter
{
    private Waiter() { }

    public sealed record ForCommit(Action Durable) : Waiter;

    public sealed record ForRead(Action<IReadOnlyList<StoreAnswer>> Done, Action<string> Failed) : Waiter;

    public sealed record ForShare(Action<SecretScalar> Loaded, Action<SealTrouble> Unavailable) : Waiter;

    public sealed record ForSeal(Action<SealedShares> Sealed, Action<SealTrouble> Unavailable) : Waiter;

    public sealed record ForIdentity(Action<IIdentitySigner> Loaded, Action<string> Unavailable) : Waiter;

    public sealed record ForWork(Action Done) : Waiter;

    public sealed record ForPeer(Action<Digest32, PeerReply> Answered, Action<string> Failed) : Waiter;

    public sealed record ForTimer(Action Fired) : Waiter;
}
