using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Protocols.Frost;

/// <summary>A verified signature, and the key it verifies under: P_τ, or Taproot's output key with even y.</summary>
public sealed record FrostSignature(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Signature);

/// <summary>The coordinator after the request: waits for every signer's share, aggregates, verifies; only if that fails it looks at each share.</summary>
/// <remarks>RFC 9591 §5.3, §5.4; spec §19.1, §19.3.</remarks>
public sealed class CollectingFrostShares
{
    private readonly FrostCoordination _coordination;
    private readonly FrostEquation _equation;
    private int _spent;

    internal CollectingFrostShares(FrostCoordination coordination, FrostRequest request, FrostEquation equation)
    {
        _coordination = coordination;
        Request = request;
        _equation = equation;
    }

    /// <summary>What all signers were asked.</summary>
    public FrostRequest Request { get; }

    /// <summary>Consumes this state and the inbox, which holds one share of each signer. Only a verified signature comes out.</summary>
    public Transition<FrostSignature> Complete(RoundInbox<RawMessage> inbox)
    {
        ObjectDisposedException.ThrowIf(Interlocked.Exchange(ref _spent, 1) != 0, this);
        var group = _coordination.Group;
        List<Accusation> accused = [];
        List<(FrostShare Share, PublicScalar Value)> shares = [];
        foreach (var (from, raw) in inbox.Take(last: true))
        {
            using (raw)
            {
                var digest = SignedStatement.DigestOf(raw.Content);
                if (!FrostShare.TryRead(from, Request, raw.Content, out var share))
                    accused.Add(new(from, FaultKind.MalformedMessage, null, digest, []));
                else if (!share.Verify(_coordination.Identities[from]))
                    accused.Add(new(from, FaultKind.BadIdentitySignature, null, digest, []));
                else if (!group.TryDecodeScalar(share.Share.Span, out var value))
                    accused.Add(new(from, FaultKind.MalformedMessage, null, digest, [share]));
                else
                    shares.Add((share, value));
            }
        }
        if (accused.Count == 0 && _equation.TryFinish(Sum(group, shares)) is { } signature)
            return new Transition<FrostSignature>.Advance(new(_equation.Key.PublicKey.Encode(), signature), Outbox.Empty);

        foreach (var (share, value) in shares)
        {
            if (!_equation.Holds(share.From, value))
                accused.Add(new(share.From, FaultKind.BadSignatureShare, null, SignedStatement.DigestOf(share.EncodePayload()), [share]));
        }
        if (accused.Count == 0)
            throw new InvalidOperationException("all shares hold but their sum is no signature: the key record or this program is wrong");
        return new Transition<FrostSignature>.Abort(ProtocolFault.Blaming(inbox.Round, accused));
    }

    private static PublicScalar Sum(IGroup group, List<(FrostShare Share, PublicScalar Value)> shares)
    {
        var sum = group.Zero;
        foreach (var (_, value) in shares)
            sum = group.AddPublic(sum, value);
        return sum;
    }
}
