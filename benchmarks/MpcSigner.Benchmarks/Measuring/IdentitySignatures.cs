using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Benchmarks.Measuring;

/// <summary>
/// Keeps the nodes' identity signatures out of a row: they are transport, not protocol (spec §19.3), and the systems that rows are compared
/// with take an authenticated channel for granted. The runs make and verify all of them; making is excluded as it happens, and verifying
/// is measured apart, over the very same signatures, and taken off.
/// </summary>
internal sealed class IdentitySignatures
{
    /// <summary>Nanoseconds of one verification.</summary>
    private static long _cheapest = long.MaxValue;

    private readonly CpuMeter _meter;
    private readonly List<(Ed25519PublicKey Key, byte[] Message, byte[] Signature)> _made = [];

    public IdentitySignatures(CpuMeter meter) => _meter = meter;

    public IIdentitySigner Of(IdentityKey key) => new Signer(this, key);

    /// <summary>Takes off so many verifications as this run made of the signatures since the last call, in turn.</summary>
    public void TakeOff(int verifications)
    {
        var begin = CpuClock.Thread;
        var valid = true;
        for (var i = 0; i < verifications; i++)
        {
            var (key, message, signature) = _made[i % _made.Count];
            valid &= key.Verify(message, signature);
        }
        var took = CpuClock.Thread - begin;
        if (!valid)
            throw new InvalidOperationException("an identity signature does not verify");
        if (verifications == 0)
            return;
        // The cheapest seen, so that a busy moment here never takes off more than the run paid.
        _cheapest = Math.Min(_cheapest, took / verifications);
        _meter.Deduct(took + _cheapest * verifications); // what was spent here, and its like in the run
        _made.Clear();
    }

    private sealed class Signer(IdentitySignatures owner, IdentityKey key) : IIdentitySigner
    {
        public Ed25519PublicKey PublicKey => key.PublicKey;

        public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
        {
            using var apart = owner._meter.Exclude();
            key.Sign(message, signature);
            owner._made.Add((key.PublicKey, message.ToArray(), signature.ToArray()));
        }
    }
}
