using System.Security.Cryptography;
using MpcSigner.Chains.Encoding;
using MpcSigner.Chains.Hashing;

namespace MpcSigner.Chains.Bitcoin;

/// <summary>Addresses on Bitcoin's main network.</summary>
public static class BitcoinAddress
{
    private const string MainNetwork = "bc";
    private const int CompressedSize = 33, XOnlySize = 32;
    private const int KeyHashVersion = 0, TaprootVersion = 1;

    /// <summary>P2WPKH (BIP-141, BIP-173): RIPEMD-160(SHA-256(public key)) as a witness program of version 0.</summary>
    /// <param name="publicKey">33 bytes, compressed: uncompressed keys cannot be spent from such an address.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static string OfKeyHash(ReadOnlySpan<byte> publicKey) => publicKey.Length == CompressedSize
        ? Bech32.EncodeWitness(MainNetwork, KeyHashVersion, Ripemd160.HashData(SHA256.HashData(publicKey)))
        : throw new ArgumentException($"a compressed public key has {CompressedSize} bytes", nameof(publicKey));

    /// <summary>P2TR (BIP-341, BIP-350): the output key's x as a witness program of version 1.</summary>
    /// <param name="outputKey">32 bytes, tweaked already.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static string OfOutputKey(ReadOnlySpan<byte> outputKey) => outputKey.Length == XOnlySize
        ? Bech32.EncodeWitness(MainNetwork, TaprootVersion, outputKey)
        : throw new ArgumentException($"an output key has {XOnlySize} bytes", nameof(outputKey));
}
