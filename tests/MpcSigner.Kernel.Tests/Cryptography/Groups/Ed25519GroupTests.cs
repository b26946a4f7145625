using MpcSigner.Core.Keys;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>Strictness is in <see cref="Ed25519StrictnessTests"/>.</summary>
public sealed class Ed25519GroupTests() : GroupContract(Curve.Edwards25519)
{
    [Fact]
    public void The_generator_is_that_of_RFC_8032() => Assert.Equal(
        "5866666666666666666666666666666666666666666666666666666666666666", MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519).Generator.ToString());
}
