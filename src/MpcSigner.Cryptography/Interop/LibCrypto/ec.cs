using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.LibCrypto;

/// <summary><c>openssl/ec.h</c>. Functions answer 1 for success and 0 for failure.</summary>
internal static partial class LibCrypto
{
    /// <summary>From <c>openssl/obj_mac.h</c>: P-256.</summary>
    internal const int NID_X9_62_prime256v1 = 415;

    internal const int POINT_CONVERSION_UNCOMPRESSED = 4;

    [LibraryImport(Name)]
    internal static partial nint EC_GROUP_new_by_curve_name(int nid);

    [LibraryImport(Name)]
    internal static partial nint EC_POINT_new(nint group);

    [LibraryImport(Name)]
    internal static partial void EC_POINT_clear_free(nint point);

    /// <summary>Reads any SEC 1 form and checks that the point lies on the curve.</summary>
    [LibraryImport(Name)]
    internal static partial int EC_POINT_oct2point(nint group, nint p, ReadOnlySpan<byte> buf, nuint len, nint ctx);

    /// <returns>The bytes written; 0 for a failure.</returns>
    [LibraryImport(Name)]
    internal static partial nuint EC_POINT_point2oct(nint group, nint p, int form, Span<byte> buf, nuint len, nint ctx);

    [LibraryImport(Name)]
    internal static partial int EC_POINT_set_to_infinity(nint group, nint point);

    [LibraryImport(Name)]
    internal static partial int EC_POINT_is_at_infinity(nint group, nint p);

    [LibraryImport(Name)]
    internal static partial int EC_POINT_add(nint group, nint r, nint a, nint b, nint ctx);

    [LibraryImport(Name)]
    internal static partial int EC_POINT_dbl(nint group, nint r, nint a, nint ctx);

    [LibraryImport(Name)]
    internal static partial int EC_POINT_copy(nint dst, nint src);

    /// <summary>r ← n·G + m·q; a null n or a null q with m leaves that summand out.</summary>
    [LibraryImport(Name)]
    internal static partial int EC_POINT_mul(nint group, nint r, nint n, nint q, nint m, nint ctx);

    /// <summary>r ← n·G + Σ m_i·p_i; a null n leaves that summand out. Deprecated in OpenSSL 3 but part of its ABI.</summary>
    [LibraryImport(Name)]
    internal static unsafe partial int EC_POINTs_mul(nint group, nint r, nint n, nuint num, nint* p, nint* m, nint ctx);
}
