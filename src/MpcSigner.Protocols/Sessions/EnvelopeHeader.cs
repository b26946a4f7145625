using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Protocols.Sessions;

/// <summary>
/// The 44 bytes in front of every sealed message, and its associated data (spec §4.2):
/// version u8 | type u8 | round u8 | suite u8 | session id 32 | from pid u16 | to pid u16 | seq u32.
/// </summary>
/// <param name="From">pid of the sender; 0 for an initiator outside the participants, and in a pair setup.</param>
/// <param name="To">pid of the recipient, by the same rule.</param>
/// <param name="Sequence">Counts the envelopes of one direction key from 0.</param>
public readonly record struct EnvelopeHeader(
    MessageType Type, byte Round, Suite Suite, SessionId Session, ushort From, ushort To, uint Sequence)
{
    public const byte Version = 1;
    public const int Size = 1 + 1 + 1 + 1 + SessionId.Size + 2 + 2 + 4;

    /// <param name="destination">At least <see cref="Size"/> bytes.</param>
    public void Write(Span<byte> destination)
    {
        destination[0] = Version;
        destination[1] = (byte)Type;
        destination[2] = Round;
        destination[3] = (byte)Suite;
        Session.CopyTo(destination[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[36..], From);
        BinaryPrimitives.WriteUInt16BigEndian(destination[38..], To);
        BinaryPrimitives.WriteUInt32BigEndian(destination[40..], Sequence);
    }

    /// <summary>Reads the header in front of <paramref name="envelope"/>; false when it is short, of another version, or names an unknown type or suite.</summary>
    public static bool TryRead(ReadOnlySpan<byte> envelope, out EnvelopeHeader header)
    {
        header = default;
        if (envelope.Length < Size || envelope[0] != Version || !MessageTypes.IsDefined(envelope[1])
            || envelope[3] > (byte)Suite.FrostSecp256k1Taproot)
            return false;
        header = new(
            (MessageType)envelope[1],
            envelope[2],
            (Suite)envelope[3],
            new(envelope[4..36]),
            BinaryPrimitives.ReadUInt16BigEndian(envelope[36..]),
            BinaryPrimitives.ReadUInt16BigEndian(envelope[38..]),
            BinaryPrimitives.ReadUInt32BigEndian(envelope[40..]));
        return true;
    }
}
