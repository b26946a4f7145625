using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Presigning with round 2 sent: waits for every peer's opening and VOLE2, judges them peer by peer, and finishes.</summary>
/// <remarks>Spec §12 steps 7–14; §7; conditions C3, C4, C10 of §8.4.</remarks>
internal sealed class CollectingPresignOpenings : IDisposable
{
    private readonly PresignSession _session;
    private readonly PresignNonce[] _nonces;
    private readonly PresignKeys _keys;
    private int _spent;

    internal CollectingPresignOpenings(PresignSession session, PresignNonce[] nonces, PresignKeys keys) => (_session, _nonces, _keys) = (session, nonces, keys);

    private int Count => _nonces.Length;

    /// <summary>Consumes this state and the inbox, which holds exactly one message from each peer.</summary>
    internal Transition<PresignResult> Complete(RoundInbox<RawMessage> inbox)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var messages = inbox.Take(last: true);
        var peers = new SortedDictionary<PartyId, PresignPeer>();
        try
        {
            if ((JudgeEcho(inbox.Round, messages) ?? JudgePeers(inbox.Round, messages, peers)) is { } fault)
                return new Transition<PresignResult>.Abort(fault);
            List<Presignature> presignatures = [];
            for (var k = 0; k < Count; k++)
            {
                if (Finish(inbox.Round, k, peers, out var presignature) is { } unfinished)
                {
                    presignatures.ForEach(made => made.Dispose());
                    return new Transition<PresignResult>.Abort(unfinished);
                }
                presignatures.Add(presignature!);
            }
            return new Transition<PresignResult>.Advance(new(presignatures), Outbox.Empty);
        }
        finally
        {
            foreach (var peer in peers.Values)
                peer.Dispose();
            foreach (var (_, message) in messages)
                message.Dispose();
            Wipe();
        }
    }

    /// <summary>Step 7: lengths and T1 of all peers before anything else; a difference is equivocation of nobody in particular.</summary>
    private ProtocolFault? JudgeEcho(RoundId round, IReadOnlyList<(PartyId From, RawMessage Raw)> messages)
    {
        List<Accusation> accused = [];
        List<PartyId> differing = [];
        foreach (var (from, raw) in messages)
        {
            if (raw.Content.Length != Count * PresignLayout.Round2)
            {
                accused.Add(new(from, FaultKind.MalformedMessage, null, SignedStatement.DigestOf(raw.Content), []));
                continue;
            }
            for (var k = 0; k < Count; k++)
            {
                if (new Digest32(PresignLayout.Part(raw.Content, PresignLayout.Round2, k)[PresignLayout.T1]) != _keys.T1(k))
                    differing.Add(from);
            }
        }
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused)
            : differing.Count > 0 ? ProtocolFault.WithoutVerdict(round, FaultKind.CommitmentEchoMismatch, [.. differing.Distinct()])
            : null;
    }

    /// <summary>Steps 8–11, peer by peer, ascending; all are judged.</summary>
    private ProtocolFault? JudgePeers(RoundId round, IReadOnlyList<(PartyId From, RawMessage Raw)> messages, SortedDictionary<PartyId, PresignPeer> peers)
    {
        List<Accusation> accused = [];
        List<PartyId> unusable = [];
        foreach (var (from, raw) in messages)
        {
            var peer = new PresignPeer(from, Count);
            peers.Add(from, peer);
            FaultKind? fault = null;
            try
            {
                fault = peer.Read(_session, _nonces, _keys, raw.Content);
                if (fault is null && !_session.Setups[from].TryEvaluate(() => peer.Evaluate(_nonces, _keys, raw.Content, out fault), out _))
                    unusable.Add(from);
            }
            catch (SecureMemoryException) when (accused.Exists(other => other.Kind.CondemnsSetup()))
            {
                break; // no verdict on this peer, but that on another must be reported
            }
            if (fault is { } kind)
                accused.Add(new(from, kind, null, SignedStatement.DigestOf(raw.Content), []));
        }
        return accused.Count > 0 ? ProtocolFault.Blaming(round, accused)
            : unusable.Count > 0 ? ProtocolFault.WithoutVerdict(round, FaultKind.SetupUnusable, unusable)
            : null;
    }

    /// <summary>Steps 12–14 of one presignature.</summary>
    private ProtocolFault? Finish(RoundId round, int k, SortedDictionary<PartyId, PresignPeer> peers, out Presignature? presignature)
    {
        presignature = null;
        var group = _session.Group;
        // 12. Σ pk_j = P, own pk included.
        if (!group.TryDecodePoint(_session.Input.Record.PublicKey.Span, out var publicKey))
            throw new InvalidOperationException("the key record's public key is no point");
        if (group.Sum([_keys.Points[k], .. peers.Values.Select(peer => peer.Openings[k]!.Key)]) != publicKey)
            return ProtocolFault.WithoutVerdict(round, FaultKind.PublicKeySumMismatch, []);
        // 13. R = Σ R_j.
        var nonce = group.Sum([_nonces[k].Point, .. peers.Values.Select(peer => peer.Openings[k]!.Nonce)]);
        if (nonce.IsIdentity)
            return ProtocolFault.WithoutVerdict(round, FaultKind.DegenerateSum, []);

        List<(PartyId Pid, GroupPoint Nonce, GroupPoint Key)> points =
            [(_session.Self, _nonces[k].Point, _keys.Points[k]), .. peers.Select(peer => (peer.Key, peer.Value.Openings[k]!.Nonce, peer.Value.Openings[k]!.Key))];
        points.Sort((one, other) => one.Pid.CompareTo(other.Pid));
        presignature = new(_session.Input, PresignHashes.T2(_keys.T1(k), points), nonce, Secrets(k, peers));
        return null;
    }

    /// <summary>φ_i, u_i = r_i·Φ_i + Σ (c^u + d^u), v_i = sk_i·Φ_i + Σ (c^v + d^v), with Φ_i = φ_i + Σ ψ_{j,i}.</summary>
    private SecretScalars Secrets(int k, SortedDictionary<PartyId, PresignPeer> peers)
    {
        using var mask = SecretScalar.Sum(_session.Group, [_nonces[k].Mask, .. peers.Values.Select(peer => peer.Openings[k]!.Psi)]);
        using var crossTerms = SecretScalars.Zero(_session.Group, 2);
        foreach (var (pid, peer) in peers)
        {
            crossTerms.AddInPlace(_nonces[k].SenderOutputs[pid]);
            crossTerms.AddInPlace(peer.Outputs[k]!);
        }
        using SecretScalar nonceTerm = _nonces[k].Nonce.Multiply(mask), keyTerm = _keys.Share(k).Multiply(mask);
        using SecretScalar crossNonce = crossTerms[0], crossKey = crossTerms[1];
        using SecretScalar u = nonceTerm.Add(crossNonce), v = keyTerm.Add(crossKey);
        var secrets = SecretScalars.Zero(_session.Group, 3);
        secrets.Set(0, _nonces[k].Mask);
        secrets.Set(1, u);
        secrets.Set(2, v);
        return secrets;
    }

    private void Wipe()
    {
        _keys.Dispose();
        foreach (var nonce in _nonces)
            nonce.Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _spent, 1) == 0)
            Wipe();
    }
}

/// <summary>A finished session's presignatures, with READY. Memory only: the receiver owns them.</summary>
public sealed class PresignResult(IReadOnlyList<Presignature> presignatures)
{
    public IReadOnlyList<Presignature> Presignatures { get; } = presignatures;

    /// <summary>READY: T2 ‖ R of each presignature. The initiator keeps them only if all signers said the same.</summary>
    public byte[] EncodeReady() => [.. Presignatures.SelectMany(presignature => (byte[])[.. presignature.Id.ToArray(), .. presignature.Nonce.Encode()])];
}
