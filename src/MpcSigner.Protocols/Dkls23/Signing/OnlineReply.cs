using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>A signer's answer, to the initiator only (spec §13 step 5): g ‖ u′ ‖ w.</summary>
public sealed record OnlineReply(Digest32 Echo, PublicScalar Nonce, PublicScalar Response)
{
    /// <summary>Bytes of the payload of message type 9.</summary>
    public const int Size = Digest32.Size + 2 * IGroup.ScalarSize;

    /// <summary>For the initiator only: nothing of it is printed.</summary>
    public override string ToString() => "OnlineReply(<redacted>)";

    public byte[] Encode() => [.. Echo.ToArray(), .. Nonce.Encode(), .. Response.Encode()];

    /// <summary>Strict: exact length, both scalars below q.</summary>
    public static bool TryDecode(IGroup group, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out OnlineReply? reply)
    {
        reply = null;
        if (payload.Length != Size || !group.TryDecodeScalar(payload.Slice(Digest32.Size, IGroup.ScalarSize), out var nonce)
            || !group.TryDecodeScalar(payload[(Digest32.Size + IGroup.ScalarSize)..], out var response))
            return false;
        reply = new(new(payload[..Digest32.Size]), nonce, response);
        return true;
    }
}
