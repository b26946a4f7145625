using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Frost;

/// <summary>One pair of nonces with its commitment: made for one key and one coordinator, good for one request (spec §19.2, §19.4).</summary>
/// <remarks>Memory only, never serialised. Two answers under one pair give the share away, so it is spent before anything is computed with it.</remarks>
public sealed class FrostNonces : IDisposable
{
    private readonly SecretScalar _hiding;
    private readonly SecretScalar _binding;
    private int _spent;

    private FrostNonces(PartyId signer, Digest32 recordHash, NodeId coordinator, SecretScalar hiding, SecretScalar binding)
    {
        KeyRecordHash = recordHash;
        Coordinator = coordinator;
        _hiding = hiding;
        _binding = binding;
        Commitment = new(signer, hiding.MultiplyBase(), binding.MultiplyBase());
    }

    public Digest32 KeyRecordHash { get; }

    /// <summary>The node whose request it may answer.</summary>
    public NodeId Coordinator { get; }

    /// <summary>D ‖ E: what is sent.</summary>
    public FrostCommitment Commitment { get; }

    /// <summary>Two calls of nonce_generate (RFC 9591 §4.1), each over fresh random bytes and the share.</summary>
    public static FrostNonces Generate(KeyRecord record, PartyId signer, SecretScalar share, NodeId coordinator, IRandomSource random)
    {
        var suite = FrostSuite.For(record.Suite);
        var hiding = suite.GenerateNonce(share, random);
        var binding = suite.GenerateNonce(share, random);
        return new(signer, Cryptography.KeyRecords.KeyRecordHash.Compute(record), coordinator, hiding, binding);
    }

    /// <summary>Takes the pair, once ever: under a race exactly one caller gets it. The taker disposes both.</summary>
    internal bool TrySpend(out SecretScalar hiding, out SecretScalar binding)
    {
        (hiding, binding) = (_hiding, _binding);
        return Interlocked.Exchange(ref _spent, 1) == 0;
    }

    public override string ToString() => $"FrostNonces({Commitment.Hiding}, <redacted>)";

    /// <summary>Wipes nonces that nobody took.</summary>
    public void Dispose()
    {
        if (!TrySpend(out var hiding, out var binding))
            return;
        hiding.Dispose();
        binding.Dispose();
    }
}
