using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Vss;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Vss;

public sealed class PublicInterpolationTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 5)]
    [InlineData(65534, 65535)]
    [InlineData(1, 2, 3)]
    [InlineData(1, 3, 4, 7)]
    [InlineData(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)]
    [Trait("row", "M24")]
    public void Short_coefficients_are_those_of_Lagrange(params int[] numbers)
    {
        PartyId[] pids = [.. numbers.Select(number => new PartyId((ushort)number))];
        foreach (var curve in Enum.GetValues<Curve>())
        {
            var group = MpcSigner.Cryptography.Groups.Groups.For(curve);
            var lambda = PublicSharing.LagrangeCoefficients(group, pids);
            Assert.NotNull(PublicInterpolation.ShortCoefficients(pids));
            var (of, denominator) = PublicInterpolation.ShortCoefficients(pids)!.Value;
            for (var i = 0; i < pids.Length; i++)
            {
                var size = group.FromUInt64((ulong)Math.Abs(of[i]));
                Assert.Equal(of[i] < 0 ? group.NegatePublic(size) : size, group.MultiplyPublic(lambda[i], group.FromUInt64(denominator)));
            }
        }
    }

    [Theory]
    [InlineData(1, 40000, 65535)]
    [InlineData(12345, 23456, 34567, 45678)]
    [InlineData(65520, 65521, 65522, 65523, 65524, 65525, 65526, 65527, 65528, 65529, 65530, 65531, 65532, 65533, 65534, 65535)]
    public void Long_coefficients_are_left_to_scalars(params int[] numbers) =>
        Assert.Null(PublicInterpolation.ShortCoefficients([.. numbers.Select(number => new PartyId((ushort)number))]));
}
