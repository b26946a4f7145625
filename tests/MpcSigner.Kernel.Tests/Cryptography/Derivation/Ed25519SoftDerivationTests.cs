using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Derivation;

/// <summary>The known answers of spec §20.</summary>
public sealed class Ed25519SoftDerivationTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);

    private static readonly PublicScalar Secret = Group.ReduceWideLittleEndian(SHA512.HashData(Ramp(0)));

    private static readonly GroupPoint Root = Group.MultiplyBasePublic(Secret);

    private static readonly Digest32 ChainCode = new(Ramp(0x20));

    [Fact]
    public void The_root_is_the_known_point() =>
        Assert.Equal("b6d4f93caf5d574e9765db8740c956400c2d6532d179b0d87b4f6b79ba93a387", Root.ToString());

    [Fact]
    public void One_step_gives_the_known_answer()
    {
        var child = Derive(0);

        Assert.Equal("c0916bbe82e4522382ce66502c75c6a5303d74784f0f9de0e7cbb85400000000", child.Tweak.ToString());
        Assert.Equal("407c63cb7cd51549d5a315fdf9890ceabfc84faae1477c8da9e5947a43f818ee", child.PublicKey.ToString());
    }

    [Fact]
    public void Two_steps_give_the_known_answer()
    {
        var (first, second) = (Derive(0), Derive(0, 1));

        Assert.Equal("38860c1475364a7935aa9452d47d8b8834f9a86abc6f37d2191a4b8402000000", Group.SubtractPublic(second.Tweak, first.Tweak).ToString());
        Assert.Equal("fcb60ff58c988f1dd276c9663dcc4e9d24e6524a4cc8672febf76a51bf2b72fd", second.PublicKey.ToString());
    }

    [Fact]
    public void Three_steps_give_the_known_answer()
    {
        var child = Derive(0, 1, 2147483647);

        Assert.Equal("0d7562313cbdf29d309264c1653fade178bb9fc62059d15840be3b6e64849909", child.PublicKey.ToString());
        Assert.Equal("7922842d2ddeebd1c43b6e8b957984e20815678cb8758d207e1d8f28eba8b56f", child.ChainCode.ToString());
        Assert.Equal(Group.MultiplyBasePublic(Group.AddPublic(Secret, child.Tweak)), child.PublicKey);
    }

    [Fact]
    public void The_empty_path_is_the_key_itself()
    {
        var child = Derive();

        Assert.True(child.Tweak.IsZero);
        Assert.Equal(Root, child.PublicKey);
        Assert.Equal(ChainCode, child.ChainCode);
    }

    [Fact]
    public void Rejects_hardened_indices()
    {
        Assert.Equal(DerivationFault.HardenedIndex, Ed25519SoftDerivation.TryDerive(Root, ChainCode, [0, 0x8000_0000], out var child));
        Assert.Null(child);
    }

    [Fact]
    public void Rejects_a_path_over_the_bound()
    {
        Assert.Equal(DerivationFault.None, Ed25519SoftDerivation.TryDerive(Root, ChainCode, new uint[SoftDerivation.MaxPathLength], out _));
        Assert.Equal(DerivationFault.PathTooLong, Ed25519SoftDerivation.TryDerive(Root, ChainCode, new uint[SoftDerivation.MaxPathLength + 1], out _));
    }

    [Fact]
    [Trait("row", "M26")]
    public void Rejects_the_identity_as_parent()
    {
        Assert.Throws<ArgumentException>(() => Ed25519SoftDerivation.TryDerive(Group.Identity, ChainCode, [0], out _));
    }

    private static DerivedKey Derive(params uint[] path)
    {
        Assert.Equal(DerivationFault.None, Ed25519SoftDerivation.TryDerive(Root, ChainCode, path, out var child));
        return child!;
    }

    private static byte[] Ramp(int from) => [.. Enumerable.Range(from, 32).Select(i => (byte)i)];
}
