using System.Buffers.Binary;
using MpcSigner.Core.Identities;

namespace MpcSigner.Protocols.Sessions;

/// <summary>The inside of a session id: u64 start counter of the initiator's instance ‖ u64 sequence ‖ 16 random bytes (spec §4.5).</summary>
public static class SessionIds
{
    public const int RandomSize = 16;

    /// <param name="random">Exactly 16 bytes.</param>
    public static SessionId Compose(ulong startCounter, ulong sequence, ReadOnlySpan<byte> random)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(random.Length, RandomSize, nameof(random));
        Span<byte> id = stackalloc byte[SessionId.Size];
        BinaryPrimitives.WriteUInt64BigEndian(id, startCounter);
        BinaryPrimitives.WriteUInt64BigEndian(id[8..], sequence);
        random.CopyTo(id[16..]);
        return new(id);
    }

    public static ulong StartCounter(this SessionId id) => Number(id, 0);

    public static ulong Sequence(this SessionId id) => Number(id, 8);

    private static ulong Number(SessionId id, int offset)
    {
        Span<byte> bytes = stackalloc byte[SessionId.Size];
        id.CopyTo(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes[offset..]);
    }
}
