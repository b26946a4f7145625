using Google.Protobuf;

namespace MpcSigner.Wire;

/// <summary>What the protobuf library throws at bytes that are no message.</summary>
internal static class MalformedMessage
{
    /// <summary>
    /// Its own exception, as a rule. A nested length near 2³¹ overflows where the library adds it to its position (Google.Protobuf 3.25): it reads on with a limit below zero, until an index is out of range.
    /// </summary>
    public static bool Is(Exception e) => e is InvalidProtocolBufferException or IndexOutOfRangeException;
}
