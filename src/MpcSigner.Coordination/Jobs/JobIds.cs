using System.Buffers.Binary;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;

namespace MpcSigner.Coordination.Jobs;

/// <summary>What makes a job the same job: the bodies of its orders, step by step. Title and signatures do not count.</summary>
internal static class JobIds
{
    /// <summary>SHA-256 over, step by step, u16 count of orders ‖ SHA-256 of each order's body.</summary>
    public static Digest32 Of(IReadOnlyList<IReadOnlyList<SignedOrder>> steps)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> count = stackalloc byte[2];
        foreach (var orders in steps)
        {
            BinaryPrimitives.WriteUInt16BigEndian(count, checked((ushort)orders.Count));
            hash.AppendData(count);
            foreach (var order in orders)
                hash.AppendData(SHA256.HashData(order.Body.Span));
        }
        return new(hash.GetHashAndReset());
    }
}
