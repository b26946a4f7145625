using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Dkls23.Setup;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>Fresh shares of zero (spec §8.6): without them honest parties' key shares would depend on each other across sessions.</summary>
internal static class ZeroShares
{
    /// <summary>ζ_i = Σ_{j&gt;i} z_ij − Σ_{j&lt;i} z_ji, with z_ij = Hs("zero"; zero_seed_ij, T1, u16 i ‖ u16 j) for i &lt; j.</summary>
    internal static SecretScalar Compute(IGroup group, PartyId self, IReadOnlyDictionary<PartyId, PairSetup> setups, Digest32 t1)
    {
        var sum = SecretScalar.FromPublic(group.Zero);
        Span<byte> pids = stackalloc byte[2 * sizeof(ushort)];
        foreach (var (peer, setup) in setups)
        {
            var (low, high) = self.CompareTo(peer) < 0 ? (self, peer) : (peer, self);
            BinaryPrimitives.WriteUInt16BigEndian(pids, low.Value);
            BinaryPrimitives.WriteUInt16BigEndian(pids[sizeof(ushort)..], high.Value);
            using var hash = new SecretTranscriptHash(Tags.ZeroShare, group);
            using var share = hash.Secret(setup.ZeroSeed).Digest(t1).Bytes(pids).ToScalar();
            using var before = sum;
            sum = low == self ? before.Add(share) : before.Subtract(share);
        }
        return sum;
    }
}
