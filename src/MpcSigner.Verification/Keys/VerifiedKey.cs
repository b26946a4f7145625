using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Verification.Keys;

/// <summary>A key whose record all of its nodes certified, and which is the one that its creation made. Only <see cref="KeyVerifier"/> makes one, so a held instance is a checked one.</summary>
public sealed class VerifiedKey
{
    internal VerifiedKey(KeyRecord record, Digest32 order, int index, int count) => (Record, Order, Index, Count) = (record, order, index, count);

    public KeyRecord Record { get; }

    /// <summary>H(order) of the request that the nodes say made the key; for generation 0 the key id is derived from it.</summary>
    public Digest32 Order { get; }

    /// <summary>k, the key's place in its batch.</summary>
    public int Index { get; }

    /// <summary>N as the certificate says: a hint, unless the key was verified against its order.</summary>
    public int Count { get; }
}
