using MpcSigner.Cryptography.Interop.Sodium;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>The order of the group and the form of its scalars: 32 bytes little endian below ℓ (spec §3.1).</summary>
internal static class Ed25519Scalars
{
    /// <summary>ℓ = 2^252 + 27742317777372353535851937790883648493, little endian.</summary>
    internal static ReadOnlySpan<byte> Order =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    /// <summary>Below ℓ? Variable time: for public values.</summary>
    internal static bool IsCanonical(ReadOnlySpan<byte> scalar)
    {
        for (var i = IGroup.ScalarSize - 1; i >= 0; i--)
        {
            if (scalar[i] != Order[i])
                return scalar[i] < Order[i];
        }
        return false;
    }

    internal static void Reduce(Span<byte> reduced, ReadOnlySpan<byte> wideLittleEndian)
    {
        Libsodium.MustBe(IGroup.WideSize, wideLittleEndian.Length);
        Libsodium.crypto_core_ed25519_scalar_reduce(reduced, wideLittleEndian);
    }
}
