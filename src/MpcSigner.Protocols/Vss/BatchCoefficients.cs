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
        Span<byte> wide = stackalloc byte[IGroup.WideSize];
        for (var k = 0; k < count; k++)
        {
            random.Fill(wide[^Size..]);
            coefficients[k] = group.ReduceWideBigEndian(wide);
        }
        return coefficients;
    }
}
