using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Secp256k1;

/// <summary><c>secp256k1_ecdh.h</c>: the library's constant-time multiplication of a point.</summary>
internal static partial class SecretLibsecp256k1
{
    private const int CoordinateSize = 32;
    private const byte UncompressedPrefix = 4;

    /// <summary>seckey·pubkey in constant time; hashfp makes the output of its affine coordinates.</summary>
    /// <returns>0 for a scalar that is zero or not below the order, else what hashfp answers.</returns>
    [LibraryImport(Name)]
    private static unsafe partial int secp256k1_ecdh(
        nint ctx, Span<byte> output, ReadOnlySpan<byte> pubkey, ReadOnlySpan<byte> seckey, delegate* unmanaged[Cdecl]<byte*, byte*, byte*, void*, int> hashfp, void* data);

    /// <summary>The product itself, compressed (33 bytes, SEC 1 §2.3.3), where the library's own functions would hash it.</summary>
    /// <returns>0 for a scalar that is zero or not below the order.</returns>
    internal static unsafe int secp256k1_ecdh_compressed(nint ctx, Span<byte> output33, ReadOnlySpan<byte> pubkey, ReadOnlySpan<byte> seckey) =>
        secp256k1_ecdh(ctx, output33, pubkey, seckey, &Compress, null);

    /// <summary>Called by the library; it must not throw and does nothing that could. The parity of y is taken without a branch: the product is secret.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int Compress(byte* output, byte* x32, byte* y32, void* data)
    {
        output[0] = unchecked((byte)(2 | y32[CoordinateSize - 1] & 1));
        Buffer.MemoryCopy(x32, output + 1, CoordinateSize, CoordinateSize);
        return 1;
    }

    /// <summary>The product itself with both coordinates (65 bytes, SEC 1 §2.3.3), which the library reads back without a square root.</summary>
    /// <returns>0 for a scalar that is zero or not below the order.</returns>
    internal static unsafe int secp256k1_ecdh_uncompressed(nint ctx, Span<byte> output65, ReadOnlySpan<byte> pubkey, ReadOnlySpan<byte> seckey) =>
        secp256k1_ecdh(ctx, output65, pubkey, seckey, &Copy, null);

    /// <summary>Called by the library; it must not throw and does nothing that could.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int Copy(byte* output, byte* x32, byte* y32, void* data)
    {
        output[0] = UncompressedPrefix;
        Buffer.MemoryCopy(x32, output + 1, CoordinateSize, CoordinateSize);
        Buffer.MemoryCopy(y32, output + 1 + CoordinateSize, CoordinateSize, CoordinateSize);
        return 1;
    }
}
