using System.Buffers.Binary;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Protocols.Vss;

/// <summary>Fresh 128-bit coefficients of a random linear combination (spec §9.1), drawn after what they judge has arrived.</summary>
/// <remarks>A false batch passes with probability 2^−128: whoever made it could not know them.</remarks>
internal static class BatchCoefficients
{
    private const int Size = 16;

    public static PublicScalar[] Draw(IGroup group, int count, IRandomSource random)
    {
        var coefficients = new PublicScalar[count];
        Span<byte> bits = stackalloc byte[Size];
        for (var k = 0; k < count; k++)
        {
            random.Fill(bits);
            coefficients[k] = group.CoefficientOf(BinaryPrimitives.ReadUInt128BigEndian(bits));
        }
        return coefficients;
    }
}
