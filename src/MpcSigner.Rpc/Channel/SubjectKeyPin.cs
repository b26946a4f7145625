using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MpcSigner.Rpc;

/// <summary>What a peer is pinned by: SHA-256 of its certificate's SubjectPublicKeyInfo in DER (RFC 7469 §2.4).</summary>
internal static class SubjectKeyPin
{
    public const int Size = 32;

    public static byte[] Of(X509Certificate2 certificate) => SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    public static bool Matches(X509Certificate2 certificate, ReadOnlySpan<byte> pin) => pin.SequenceEqual(Of(certificate));
}
