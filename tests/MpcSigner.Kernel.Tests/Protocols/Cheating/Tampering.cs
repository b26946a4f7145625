using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Support;

namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>Changes to messages and values on their way.</summary>
internal static class Tampering
{
    /// <summary>The message with its payload changed, signatures left as they are.</summary>
    public static Travelling Changed(Travelling sent, Action<byte[]> change)
    {
        byte[] payload = [.. sent.Payload];
        change(payload);
        return sent with { Payload = payload };
    }

    public static void Swap(byte[] payload, int one, int other, int size)
    {
        var kept = payload.AsSpan(one, size).ToArray();
        payload.AsSpan(other, size).CopyTo(payload.AsSpan(one));
        kept.CopyTo(payload, other);
    }

    /// <summary>Another digest.</summary>
    public static Digest32 Flipped(Digest32 digest)
    {
        var bytes = digest.ToArray();
        bytes[0] ^= 1;
        return new(bytes);
    }
}
