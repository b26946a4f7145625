using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Audit;

/// <summary>The bytes of a log entry that its hash covers: u64 sequence ‖ u64 time in Unix ms ‖ u16 kind ‖ request 32 ‖ key 32 ‖ u32 length ‖ detail.</summary>
public static class AuditEntryEncoding
{
    /// <exception cref="ArgumentException">The detail is longer than <see cref="AuditEntry.MaxDetailBytes"/>.</exception>
    public static byte[] Encode(ulong sequence, DateTimeOffset time, AuditKind kind, Digest32 request, KeyId key, ReadOnlySpan<byte> detail)
    {
        if (detail.Length > AuditEntry.MaxDetailBytes)
            throw new ArgumentException($"a detail has at most {AuditEntry.MaxDetailBytes} bytes, this one {detail.Length}", nameof(detail));
        return new ByteWriter(86 + detail.Length)
            .U64(sequence).U64(checked((ulong)time.ToUnixTimeMilliseconds())).U16((ushort)kind)
            .Bytes32(request.Value).Bytes32(key.Value).Block(detail)
            .ToArray();
    }

    public static byte[] Encode(AuditEntry entry) =>
        Encode(entry.Sequence, entry.Time, entry.Kind, entry.Request, entry.Key, entry.Detail.Span);
}
