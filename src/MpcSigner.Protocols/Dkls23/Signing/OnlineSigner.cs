using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>What a signer answers.</summary>
public abstract record OnlineAnswer
{
    private OnlineAnswer() { }

    /// <param name="Commitment">R′, encoded: its x is what identifies the final signature. It is to be logged durably before the reply leaves.</param>
    public sealed record Replied(OnlineReply Reply, ReadOnlyMemory<byte> Commitment) : OnlineAnswer;

    public sealed record Refused(OnlineRefusal Reason) : OnlineAnswer;
}

/// <summary>A signer's part of online signing (spec §13). Policy has accepted the request before this is called; expiry is the pool's.</summary>
public static class OnlineSigner
{
    /// <summary>Whether a presignature may answer a request: step 2's comparisons, path and digest. Nothing is spent.</summary>
    /// <param name="record">Our own record of the key.</param>
    /// <param name="initiator">Whose request it is, by the authenticated channel.</param>
    /// <param name="instance">The process start whose request it is.</param>
    public static OnlineRefusal? Check(KeyRecord record, OnlineRequest request, Presignature presignature, NodeId initiator, InstanceId instance) =>
        Compare(record, request, presignature, initiator, instance) ?? OnlineEquation.TryRead(record, request, out _, out _, out _);

    /// <summary>Checks, spends the presignature, and only then computes: whatever comes out, it answers nothing again.</summary>
    public static OnlineAnswer Answer(KeyRecord record, OnlineRequest request, Presignature presignature, NodeId initiator, InstanceId instance)
    {
        if (Compare(record, request, presignature, initiator, instance) is { } refusal)
            return new OnlineAnswer.Refused(refusal);
        if (OnlineEquation.TryRead(record, request, out var group, out var key, out var digest) is { } unread)
            return new OnlineAnswer.Refused(unread);
        if (!presignature.TrySpend(out var secrets))
            return new OnlineAnswer.Refused(OnlineRefusal.Spent);
        using (secrets)
        {
            return OnlineEquation.TryCreate(record, request, presignature.Nonce, group, key!, digest, out var equation)
                ? Compute(equation, secrets)
                : new OnlineAnswer.Refused(OnlineRefusal.DegenerateNonce);
        }
    }

    /// <summary>u′ = u + δ·φ; v′ = v + τ·φ; w = e·φ + x′·v′ = (e + x′·τ)·φ + x′·v.</summary>
    /// <param name="secrets">φ, u, v of a spent presignature; stay the caller's.</param>
    internal static OnlineAnswer.Replied Compute(OnlineEquation equation, SecretScalars secrets)
    {
        var group = secrets.Group;
        var tweaked = group.AddPublic(equation.Digest, group.MultiplyPublic(equation.R, equation.Key.Tweak));
        using var nonce = secrets.WeightedSum([equation.Rerandomizer, group.One, group.Zero]);
        using var response = secrets.WeightedSum([tweaked, group.Zero, equation.R]);
        return new(new(equation.Echo, nonce.ToPublic(), response.ToPublic()), equation.Nonce.Encode());
    }

    private static OnlineRefusal? Compare(KeyRecord record, OnlineRequest request, Presignature presignature, NodeId initiator, InstanceId instance) =>
        request.Presignature != presignature.Id ? OnlineRefusal.OtherPresignature
        : request.RecordHash != presignature.RecordHash || KeyRecordHash.Compute(record) != presignature.RecordHash ? OnlineRefusal.OtherKeyRecord
        : initiator != presignature.Initiator || instance != presignature.InitiatorInstance ? OnlineRefusal.OtherInitiator
        : null;
}
