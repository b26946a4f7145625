using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>One node's half of the setup between two nodes, both directions (spec §5.3), with the lock and the state of spec §8.4.</summary>
/// <remarks>
/// Lives in the memory of one process and is never persisted (C6). Its host makes durable what must outlive it: epochs, DEAD marks, counters.
/// Safe for concurrent use: any number of sessions share it.
/// </remarks>
[DebuggerDisplay("<redacted>")]
public sealed class PairSetup : IDisposable
{
    /// <summary>Sessions of one setup at most (C9).</summary>
    public const long MaxSessions = 1L << 32;

    private readonly Lock _gate = new();
    private readonly long _maxSessions;
    private PairSetupState _state = PairSetupState.Active;
    private long _sessions;
    private int _uses;
    private bool _released;

    /// <param name="sending">The direction in which this node is A; owned from here on.</param>
    /// <param name="receiving">The direction in which this node is B; owned from here on.</param>
    /// <param name="zeroSeed">32 bytes, equal at both nodes; owned from here on.</param>
    /// <param name="maxSessions">1..<see cref="MaxSessions"/>.</param>
    internal PairSetup(
        PairNodes nodes, PairDirection<OtSenderSeeds> sending, PairDirection<OtReceiverSeeds> receiving, SecureMemory zeroSeed, long maxSessions = MaxSessions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSessions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxSessions, MaxSessions);
        if (zeroSeed.Length != SetupSizes.ZeroSeed)
            throw new ArgumentException($"a zero seed of {zeroSeed.Length} bytes", nameof(zeroSeed));
        Nodes = nodes;
        (SendingId, SendingEpoch, Sending) = (sending.Id, sending.Epoch, sending.Seeds);
        (ReceivingId, ReceivingEpoch, Receiving) = (receiving.Id, receiving.Epoch, receiving.Seeds);
        ZeroSeed = zeroSeed;
        _maxSessions = maxSessions;
    }

    /// <summary>Both nodes and the process starts that own the setup: a newer instance of the peer makes it useless.</summary>
    public PairNodes Nodes { get; }

    public NodeId Self => Nodes.Self;

    public NodeId Peer => Nodes.Peer;

    /// <summary>setup_id of the direction in which this node is the sender of OT extension (A, holds Δ).</summary>
    public Digest32 SendingId { get; }

    /// <summary>setup_id of the direction in which this node is the receiver (B).</summary>
    public Digest32 ReceivingId { get; }

    public ulong SendingEpoch { get; }

    public ulong ReceivingEpoch { get; }

    public PairSetupState State
    {
        get { lock (_gate) return _state; }
    }

    /// <summary>Whether a session of so many extensions could begin. Where it could not, a new setup is to be made (C9); what has begun over this one may end.</summary>
    public bool CanServe(int count)
    {
        lock (_gate) return _state == PairSetupState.Active && _sessions + count <= _maxSessions;
    }

    internal OtSenderSeeds Sending { get; }

    internal OtReceiverSeeds Receiving { get; }

    /// <summary>32 bytes, equal at both nodes (spec §5.3, §8.6).</summary>
    internal SecureMemory ZeroSeed { get; }

    /// <summary>Begins a session over this setup and counts it (C9). While its use is held the secrets stay readable, even when the host has let the setup go.</summary>
    /// <param name="count">Extensions in each direction that the session makes: each counts like a session of its own.</param>
    /// <returns>False when the setup is not active or has served its number; sessions that have begun may end.</returns>
    internal bool TryBegin([NotNullWhen(true)] out PairSetupUse? use, int count = 1)
    {
        use = null;
        lock (_gate)
        {
            if (!CanServe(count))
                return false;
            _sessions += count;
            _uses++;
            use = new(this);
            return true;
        }
    }

    /// <summary>
    /// Runs a check whose verdict tells the peer something, under the setup's lock (C2): only while the setup is active, one at a time.
    /// A false verdict makes the setup dead before the lock is left (C3); it must be durable before anything of it becomes visible.
    /// </summary>
    /// <param name="check">Computes the whole verdict, without early exit. If it throws, no verdict was reached and none ever will be: the setup is retired.</param>
    /// <param name="passed">The verdict.</param>
    /// <returns>False if nothing was evaluated, because the setup is no longer active (C4): abort without a verdict.</returns>
    internal bool TryEvaluate<TState>(TState state, Func<TState, bool> check, out bool passed)
        where TState : allows ref struct
    {
        passed = false;
        lock (_gate)
        {
            if (_state != PairSetupState.Active)
                return false;
            _state = PairSetupState.Retired; // what holds if the check throws
            passed = check(state);
            _state = passed ? PairSetupState.Active : PairSetupState.Dead;
            return true;
        }
    }

    /// <inheritdoc cref="TryEvaluate{TState}"/>
    internal bool TryEvaluate(Func<bool> check, out bool passed) => TryEvaluate(check, static run => run(), out passed);

    /// <summary>Gives the setup up without a verdict: no further use, not a failure. A dead one stays dead.</summary>
    public void Retire()
    {
        lock (_gate)
            _state = _state == PairSetupState.Active ? PairSetupState.Retired : _state;
    }

    public override string ToString() => $"PairSetup({Self} with {Peer}, {State}, <redacted>)";

    /// <summary>Retires the setup and wipes it, at once or when the last session that uses it ends.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Retire();
            _released = true;
            WipeIfUnused();
        }
    }

    internal void End()
    {
        lock (_gate)
        {
            _uses--;
            WipeIfUnused();
        }
    }

    private void WipeIfUnused()
    {
        if (!_released || _uses > 0)
            return;
        Sending.Dispose();
        Receiving.Dispose();
        ZeroSeed.Dispose();
    }
}
