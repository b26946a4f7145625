using System.Security.Cryptography;

namespace MpcSigner.Cluster.Tests.Rotation;

internal static class Messages
{
    /// <summary>32 bytes that no request had before: a message for EdDSA, a digest for ECDSA.</summary>
    public static byte[] Next() => RandomNumberGenerator.GetBytes(32);
}
