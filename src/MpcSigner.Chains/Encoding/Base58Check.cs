using System.Security.Cryptography;

namespace MpcSigner.Chains.Encoding;

/// <summary>Base58 with the first four bytes of SHA-256(SHA-256(payload)) behind the payload, as Bitcoin writes it.</summary>
public static class Base58Check
{
    private const int ChecksumSize = 4;

    public static string Encode(ReadOnlySpan<byte> payload) => Base58.Encode([.. payload, .. SHA256.HashData(SHA256.HashData(payload)).AsSpan(0, ChecksumSize)]);
}
