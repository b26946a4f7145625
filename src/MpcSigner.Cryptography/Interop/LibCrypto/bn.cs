using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.LibCrypto;

/// <summary><c>openssl/bn.h</c>, on public values.</summary>
internal static partial class LibCrypto
{
    [LibraryImport(Name)]
    internal static partial nint BN_CTX_new();

    [LibraryImport(Name)]
    internal static partial void BN_CTX_free(nint c);

    [LibraryImport(Name)]
    internal static partial nint BN_new();

    [LibraryImport(Name)]
    internal static partial void BN_clear_free(nint a);

    /// <returns><paramref name="ret"/>, or null when memory ran out.</returns>
    [LibraryImport(Name)]
    internal static partial nint BN_bin2bn(ReadOnlySpan<byte> s, int len, nint ret);

    /// <summary>Big endian, padded with zeros in front.</summary>
    /// <returns>The length, or -1 if the number is longer.</returns>
    [LibraryImport(Name)]
    internal static partial int BN_bn2binpad(nint a, Span<byte> to, int tolen);

    /// <summary>ret ← a^−1 mod n, variable time.</summary>
    /// <returns><paramref name="ret"/>, or null if there is no inverse or memory ran out.</returns>
    [LibraryImport(Name)]
    internal static partial nint BN_mod_inverse(nint ret, nint a, nint n, nint ctx);
}
