using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/utils.h</c>.</summary>
internal static partial class SecretSodium
{
    /// <returns>Guarded memory, or null. It is given out even if locking it failed.</returns>
    [LibraryImport(Name)]
    internal static partial nint sodium_malloc(nuint size);

    /// <summary>Wipes, unlocks and unmaps; ends the process if the canary was overwritten.</summary>
    [LibraryImport(Name)]
    internal static partial void sodium_free(nint ptr);

    [LibraryImport(Name)]
    internal static partial void sodium_memzero(Span<byte> pnt, nuint len);

    /// <returns>−1, 0 or 1: little-endian comparison in constant time.</returns>
    [LibraryImport(Name)]
    internal static partial int sodium_compare(ReadOnlySpan<byte> b1, ReadOnlySpan<byte> b2, nuint len);

    /// <returns>1 if all bytes are zero, in constant time.</returns>
    [LibraryImport(Name)]
    internal static partial int sodium_is_zero(ReadOnlySpan<byte> n, nuint nlen);
}
