using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MpcSigner.Cryptography.Interop.Secp256k1;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Cryptography.Secrets.Interop.Secp256k1;

/// <summary><c>secp256k1.h</c> on secret values. Spans passed here lie in locked memory.</summary>
internal static partial class SecretLibsecp256k1
{
    private const string Name = Libsecp256k1.Name;
    private const int SeedSize = 32;

    /// <summary>Blinded once, then only read, and so shared by all threads.</summary>
    internal static readonly nint Context = CreateBlinded();

    [LibraryImport(Name)]
    private static partial int secp256k1_context_randomize(nint ctx, ReadOnlySpan<byte> seed32);

    /// <summary>seckey·G in constant time.</summary>
    /// <returns>0 for a scalar that is zero or not below the order.</returns>
    [LibraryImport(Name)]
    internal static partial int secp256k1_ec_pubkey_create(nint ctx, Span<byte> pubkey, ReadOnlySpan<byte> seckey);

    /// <summary>The blinding changes no result, only what a measurement of time or power sees: it needs no injected source.</summary>
    private static nint CreateBlinded()
    {
        var context = Libsecp256k1.CreateContext();
        Span<byte> seed = stackalloc byte[SeedSize];
        SystemRandomSource.Instance.Fill(seed);
        Libsecp256k1.MustSucceed(secp256k1_context_randomize(context, seed));
        CryptographicOperations.ZeroMemory(seed);
        return context;
    }
}
