using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Frost;

/// <summary>What a signer answers.</summary>
public abstract record FrostAnswer
{
    private FrostAnswer() { }

    /// <param name="Commitment">R, encoded: what identifies the final signature. It is to be logged durably before the share leaves.</param>
    public sealed record Signed(FrostShare Share, ReadOnlyMemory<byte> Commitment) : FrostAnswer;

    public sealed record Refused(FrostRefusal Reason) : FrostAnswer;
}

/// <summary>A signer's part of FROST, round 2 (spec §19.3). Policy has accepted the request's message before this is called.</summary>
public static class FrostSigner
{
    /// <summary>Checks the request, spends the nonces, and only then computes z_i = ε·(d_i + e_i·ρ_i) + λ_i^S·x_i·c, x_i the effective share.</summary>
    /// <param name="request">As <see cref="FrostRequest.TryDecode"/> accepted it for this record.</param>
    /// <param name="self">Our pid.</param>
    /// <param name="share">x_i; stays the caller's.</param>
    /// <param name="coordinator">Whose request it is, by the authenticated channel.</param>
    public static FrostAnswer Sign(
        KeyRecord record, FrostRequest request, PartyId self, SecretScalar share, FrostNonces nonces, NodeId coordinator, IIdentitySigner identity)
    {
        if (Check(request, self, nonces, coordinator) is { } refusal)
            return new FrostAnswer.Refused(refusal);
        if (KeyRecordHash.Compute(record) != request.KeyRecordHash)
            return new FrostAnswer.Refused(FrostRefusal.OtherKeyRecord);
        if (!nonces.TrySpend(out var hiding, out var binding))
            return new FrostAnswer.Refused(FrostRefusal.NoncesSpent);
        using (hiding)
        using (binding)
        {
            if (!FrostEquation.TryCreate(record, request, out var equation, out var reason))
                return new FrostAnswer.Refused(reason.Value);
            using var unsigned = binding.MultiplyAdd(equation.BindingFactorOf(self), hiding);
            using var nonce = equation.NegatesNonces ? unsigned.Negate() : unsigned.Copy();
            using var effective = equation.Key.Effective(share);
            using var response = effective.MultiplyAdd(equation.ShareFactorOf(self), nonce);
            return new FrostAnswer.Signed(FrostShare.Sign(self, request, response.ToPublic(), identity), equation.Commitment.Encode());
        }
    }

    /// <summary>Step 1 without the nonces being touched: our own entry is there, byte for byte, and the nonces are for this key and coordinator.</summary>
    public static FrostRefusal? Check(FrostRequest request, PartyId self, FrostNonces nonces, NodeId coordinator)
    {
        if (request.KeyRecordHash != nonces.KeyRecordHash)
            return FrostRefusal.OtherKeyRecord;
        if (coordinator != nonces.Coordinator)
            return FrostRefusal.OtherCoordinator;
        if (request.Commitments.FirstOrDefault(commitment => commitment.Signer == self) is not { } own)
            return FrostRefusal.NotASigner;
        return own == nonces.Commitment ? null : FrostRefusal.OtherCommitment;
    }
}
