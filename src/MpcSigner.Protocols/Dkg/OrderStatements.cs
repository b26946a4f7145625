using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Dkg;

/// <summary>A node's word that it gives up an order's attempt (spec §9): u8 kind ‖ signature over H("abort"; version, H(order), kind).</summary>
public sealed record OrderAbort(AbortKind Kind, ReadOnlyMemory<byte> Signature)
{
    public const int Size = 1 + Ed25519Signature.Size;

    /// <summary>Signs; the statement must be durable before it is sent, and the node then never acknowledges (kind 0) or activates (kind 1).</summary>
    public static OrderAbort Sign(Digest32 order, AbortKind kind, IIdentitySigner identity) =>
        new(kind, identity.Sign(LifecycleDigests.Abort(order, kind)));

    public bool Verify(Digest32 order, Ed25519PublicKey identity) => identity.Verify(LifecycleDigests.Abort(order, Kind), Signature.Span);

    /// <summary>The payload of message type 6.</summary>
    public byte[] Encode() => [(byte)Kind, .. Signature.Span];

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out OrderAbort? abort)
    {
        abort = bytes.Length == Size && bytes[0] <= (byte)AbortKind.Ordered ? new((AbortKind)bytes[0], bytes[1..].ToArray()) : null;
        return abort is not null;
    }
}

/// <summary>A node's word that it activated a generation (spec §10): signature over H("done"; version, H(order), KHR), the payload of message type 7.</summary>
public static class OrderDone
{
    public const int Size = Ed25519Signature.Size;

    public static byte[] Sign(Digest32 order, Digest32 recordsRoot, IIdentitySigner identity) => identity.Sign(LifecycleDigests.Done(order, recordsRoot));

    public static bool Verify(Digest32 order, Digest32 recordsRoot, ReadOnlySpan<byte> signature, Ed25519PublicKey identity) =>
        identity.Verify(LifecycleDigests.Done(order, recordsRoot), signature);
}
