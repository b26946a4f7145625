using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MpcSigner.Cryptography.Secrets.Lanes;

/// <summary>One limb of eight scalars side by side, and what is done with it: no operation takes a time that depends on a value.</summary>
internal static class LaneWord
{
    /// <summary>Scalars side by side.</summary>
    internal const int Count = 8;

    /// <summary>Eight products of 32 by 32 bits. Both arguments are below 2^32, so that the three ways agree.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<ulong> Multiply(Vector512<ulong> a, Vector512<ulong> b)
    {
        if (Avx512F.IsSupported)
            return Avx512F.Multiply(a.AsUInt32(), b.AsUInt32());
        if (Avx2.IsSupported)
        {
            return Vector512.Create(
                Avx2.Multiply(a.GetLower().AsUInt32(), b.GetLower().AsUInt32()), Avx2.Multiply(a.GetUpper().AsUInt32(), b.GetUpper().AsUInt32()));
        }
        return a * b;
    }

    /// <summary>All ones in the lanes whose bit is set (lane i ↔ bit i), zero in the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<ulong> Mask(byte bits)
    {
        var places = Vector512.Create(1UL, 2, 4, 8, 16, 32, 64, 128);
        return Vector512.Equals(Vector512.Create((ulong)bits) & places, places);
    }
}
