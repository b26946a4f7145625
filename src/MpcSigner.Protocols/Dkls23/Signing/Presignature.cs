using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>One party's part of a presignature: good for one request of one initiator (spec §12 step 14, pool rules).</summary>
/// <remarks>Memory only, never serialised. Two answers under one presignature give the key away, so it is spent before anything is computed with it.</remarks>
[DebuggerDisplay("<redacted>")]
public sealed class Presignature : IDisposable
{
    private readonly SecretScalars _secrets;
    private int _spent;

    /// <param name="secrets">φ_i, u_i, v_i; owned from here on.</param>
    internal Presignature(PresignInput input, Digest32 id, GroupPoint nonce, SecretScalars secrets)
    {
        KeyId = input.Record.KeyId;
        RecordHash = input.RecordHash;
        Signers = [.. input.Signers.Select(signer => signer.Pid)];
        Initiator = input.Initiator;
        InitiatorInstance = input.InitiatorInstance;
        Id = id;
        Nonce = nonce;
        _secrets = secrets;
    }

    /// <summary>T2: names the presignature at all its signers.</summary>
    public Digest32 Id { get; }

    public KeyId KeyId { get; }

    /// <summary>KH, with the generation.</summary>
    public Digest32 RecordHash { get; }

    /// <summary>S, ascending.</summary>
    public IReadOnlyList<PartyId> Signers { get; }

    /// <summary>Whose request it answers, by the authenticated channel.</summary>
    public NodeId Initiator { get; }

    public InstanceId InitiatorInstance { get; }

    /// <summary>R.</summary>
    public GroupPoint Nonce { get; }

    /// <summary>Takes φ_i, u_i, v_i, once ever: under a race exactly one caller gets them. The taker disposes them.</summary>
    internal bool TrySpend([NotNullWhen(true)] out SecretScalars? secrets)
    {
        secrets = Interlocked.Exchange(ref _spent, 1) == 0 ? _secrets : null;
        return secrets is not null;
    }

    public override string ToString() => $"Presignature({Id}, <redacted>)";

    /// <summary>Wipes what nobody took.</summary>
    public void Dispose()
    {
        if (TrySpend(out var secrets))
            secrets.Dispose();
    }
}
