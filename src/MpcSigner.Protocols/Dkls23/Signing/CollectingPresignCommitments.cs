using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Presigning with round 1 sent: waits for every peer's commitment and COT1, judges them, then opens its own and sends its side of the vector OLEs.</summary>
/// <remarks>Spec §12 steps 1–6; §6; conditions C1, C2, C4 of §8.4.</remarks>
internal sealed class CollectingPresignCommitments : IDisposable
{
    private const byte Round = 1;

    private readonly PresignSession _session;
    private readonly PresignNonce[] _nonces;
    private int _spent;

    private CollectingPresignCommitments(PresignSession session, PresignNonce[] nonces) => (_session, _nonces) = (session, nonces);

    /// <summary>Steps 1–3: draws r, φ, salt, begins a vector OLE with each peer as its receiver, and sends ctx ‖ setup_id ‖ com ‖ COT1.</summary>
    internal static Transition<CollectingPresignCommitments>.Advance Begin(PresignSession session)
    {
        PresignNonce[] nonces = [.. session.Input.Contexts.Select(context => new PresignNonce(session.Group, context, session.Self, session.Random))];
        var outbox = new Outbox();
        foreach (var peer in session.Peers)
        {
            var setup = session.Setups[peer];
            var message = new PayloadBuffer(nonces.Length * PresignLayout.Round1);
            for (var k = 0; k < nonces.Length; k++)
            {
                var part = PresignLayout.Part(message.Writable, PresignLayout.Round1, k);
                session.Input.Contexts[k].CopyTo(part[PresignLayout.Context]);
                setup.ReceivingId.CopyTo(part[PresignLayout.SetupId]);
                nonces[k].Commitment.CopyTo(part[PresignLayout.Commitment]);
                var terms = new CotTerms(setup.ReceivingId, session.Input.Contexts[k], Receiver: session.Self, Sender: peer);
                nonces[k].Receivers.Add(peer, VoleReceiver.Begin(session.Group, setup.Receiving, terms, session.Random, part[PresignLayout.Cot]));
            }
            outbox.Send(peer, MessageType.Round, Round, message);
        }
        return new(new(session, nonces), outbox);
    }

    /// <summary>Consumes this state and the inbox, which holds exactly one message from each peer. Only when all of them passed anything of round 2 is made.</summary>
    internal Transition<CollectingPresignOpenings> Complete(RoundInbox<RawMessage> inbox)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var messages = inbox.Take();
        var rows = new Dictionary<PartyId, OtRows>();
        PresignKeys? keys = null;
        Outbox? outbox = null;
        try
        {
            if ((JudgeForm(inbox.Round, messages) ?? JudgeExtensions(inbox.Round, messages, rows)) is { } fault)
                return new Transition<CollectingPresignOpenings>.Abort(fault);
            keys = new PresignKeys(_session, T1s(messages));
            outbox = PresignAnswer.TryCompose(_session, _nonces, keys, rows);
            return outbox is null
                ? new Transition<CollectingPresignOpenings>.Abort(ProtocolFault.WithoutVerdict(inbox.Round, FaultKind.DegenerateSum, []))
                : new Transition<CollectingPresignOpenings>.Advance(new(_session, _nonces, keys), outbox);
        }
        finally
        {
            if (outbox is null) // an abort, or no locked memory left half way
            {
                keys?.Dispose();
                Wipe();
            }
            foreach (var row in rows.Values)
                row.Dispose();
            foreach (var (_, message) in messages)
                message.Dispose();
        }
    }

    /// <summary>Lengths, then ctx, then setup_id, of all peers: a difference ends the session without a verdict, before anything is evaluated (C1).</summary>
    private ProtocolFault? JudgeForm(RoundId round, IReadOnlyList<(PartyId From, RawMessage Raw)> messages)
    {
        List<Accusation> accused = [];
        List<PartyId> otherContext = [], otherSetup = [];
        foreach (var (from, raw) in messages)
        {
            // Another number of presignatures comes of another START, and shows in ctx: that blames nobody.
            var parts = raw.Content.Length / PresignLayout.Round1;
            if (raw.Content.Length % PresignLayout.Round1 == 0 && parts is >= 1 and <= PresignInput.MaxCount && parts != _nonces.Length
                && new Digest32(raw.Content[PresignLayout.Context]) != _session.Input.Contexts[0])
            {
                otherContext.Add(from);
                continue;
            }
            if (raw.Content.Length != _nonces.Length * PresignLayout.Round1)
            {
                accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                continue;
            }
            for (var k = 0; k < _nonces.Length; k++)
            {
                var part = PresignLayout.Part(raw.Content, PresignLayout.Round1, k);
                if (new Digest32(part[PresignLayout.Context]) != _session.Input.Contexts[k])
                    otherContext.Add(from);
                else if (new Digest32(part[PresignLayout.SetupId]) != _session.Setups[from].SendingId)
                    otherSetup.Add(from);
            }
        }
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused)
            : otherContext.Count > 0 ? ProtocolFault.WithoutVerdict(round, FaultKind.ContextMismatch, [.. otherContext.Distinct()])
            : otherSetup.Count > 0 ? ProtocolFault.WithoutVerdict(round, FaultKind.SetupIdMismatch, [.. otherSetup.Distinct()])
            : null;
    }

    /// <summary>Step 4: all COT1 of one peer are one verdict, under the lock of the setup in which we send; all peers are judged.</summary>
    private ProtocolFault? JudgeExtensions(RoundId round, IReadOnlyList<(PartyId From, RawMessage Raw)> messages, Dictionary<PartyId, OtRows> rows)
    {
        List<Accusation> accused = [];
        List<PartyId> unusable = [];
        foreach (var (from, _) in messages)
            rows.Add(from, new(_nonces.Length)); // before the first verdict: nothing may come between a verdict and its report
        foreach (var (from, raw) in messages)
        {
            var setup = _session.Setups[from];
            try
            {
                if (!setup.TryEvaluate(() => Evaluate(setup, from, raw, rows[from]), out var passed))
                    unusable.Add(from);
                else if (!passed)
                    accused.Add(new(from, FaultKind.BadOtExtension, null, SignedStatement.DigestOf(raw.Content), []));
            }
            catch (SecureMemoryException) when (accused.Count > 0)
            {
                break; // no verdict on this peer, but that on another must be reported
            }
        }
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused)
            : unusable.Count > 0 ? ProtocolFault.WithoutVerdict(round, FaultKind.SetupUnusable, unusable)
            : null;
    }

    /// <summary>Every presignature's extension is evaluated, whatever the ones before it came to.</summary>
    private bool Evaluate(PairSetup setup, PartyId from, RawMessage raw, OtRows rows)
    {
        var holds = true;
        for (var k = 0; k < _nonces.Length; k++)
        {
            var terms = new CotTerms(setup.SendingId, _session.Input.Contexts[k], Receiver: from, Sender: _session.Self);
            holds &= CotSender.Evaluate(
                setup.Sending, terms, PresignLayout.Part(raw.Content, PresignLayout.Round1, k)[PresignLayout.Cot], rows.Of(k).DangerousSpan, out var transcript);
            rows.Transcripts[k] = transcript;
        }
        return holds;
    }

    /// <summary>Step 5: T1 of each presignature.</summary>
    private PresignCommitments[] T1s(IReadOnlyList<(PartyId From, RawMessage Raw)> messages)
    {
        var all = new PresignCommitments[_nonces.Length];
        for (var k = 0; k < all.Length; k++)
        {
            List<(PartyId Pid, Digest32 Commitment)> commitments = [(_session.Self, _nonces[k].Commitment)];
            foreach (var (from, raw) in messages)
                commitments.Add((from, new(PresignLayout.Part(raw.Content, PresignLayout.Round1, k)[PresignLayout.Commitment])));
            commitments.Sort((one, other) => one.Pid.CompareTo(other.Pid));
            all[k] = new(PresignHashes.T1(_session.Input.Contexts[k], commitments), commitments.ToDictionary(entry => entry.Pid, entry => entry.Commitment));
        }
        return all;
    }

    private void Wipe()
    {
        foreach (var nonce in _nonces)
            nonce.Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _spent, 1) == 0)
            Wipe();
    }
}

/// <summary>T1 of one presignature, and the commitments that it covers.</summary>
internal sealed record PresignCommitments(Digest32 T1, IReadOnlyDictionary<PartyId, Digest32> Commitments);

/// <summary>w_j of one peer's extensions, one for each presignature: only between their evaluation and round 2.</summary>
internal sealed class OtRows(int count) : IDisposable
{
    private readonly SecureMemory[] _rows = [.. Enumerable.Range(0, count).Select(_ => SecureMemory.Allocate(OtSizes.OtRows))];

    internal CotTranscript[] Transcripts { get; } = new CotTranscript[count];

    internal SecureMemory Of(int k) => _rows[k];

    public void Dispose()
    {
        foreach (var rows in _rows)
            rows.Dispose();
    }
}
