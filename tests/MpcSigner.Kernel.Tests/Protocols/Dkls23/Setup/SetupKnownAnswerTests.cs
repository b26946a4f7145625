using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Dkls23.Setup;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>The known answers of spec §20 on the pair setup; setup_sid is b32 = 000102…1f throughout.</summary>
public sealed class SetupKnownAnswerTests
{
    private static readonly byte[] B32 = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    [Trait("row", "M02")]
    public void HG_of_the_generator()
    {
        using var hash = new PointHash(new Digest32(B32));
        byte[] point = new byte[Secp256k1Points.NativeSize], encoded = new byte[33];
        hash.Hash(point, 5, 1, Groups.For(Curve.Secp256k1).Generator.Encoded);
        Secp256k1Points.Encode(encoded, point);
        Assert.Equal("02d4cb994b228a4461c8776c8c01bd95275d74dd5d474bc418ee68e2536b29d486", Convert.ToHexStringLower(encoded));
    }

    [Fact]
    public void G2_of_a_node()
    {
        using var hash = new SeedTreeHash(new Digest32(B32));
        var children = new byte[64];
        hash.Expand(children, tree: 3, level: 2, node: 1, B32);
        Assert.Equal("53586780dfc68d8d79e7376291ba08d3eb6337b548b4681b314700d118e11b5b", Convert.ToHexStringLower(children[..32]));
        Assert.Equal("2edf3305b3a0783ff5ec274d6d858b4bbf165b8cebe77225b34f4774ef55a265", Convert.ToHexStringLower(children[32..]));
    }

    [Fact]
    public void The_check_value_of_a_leaf()
    {
        using var hash = new SeedTreeHash(new Digest32(B32));
        var value = new byte[64];
        hash.Check(value, tree: 3, leaf: 9, B32);
        Assert.Equal(
            "04e8c70c7e261163d1d203cc8cf7301464f194e0d43a2aa79937878a1d366c35e982acb18a95be6bf770a2003b84756b167c53af5f0a41f6de0da03f88169b2d",
            Convert.ToHexStringLower(value));
    }

    [Fact]
    public void The_digest_of_the_check_values_of_a_tree()
    {
        using var hash = new SeedTreeHash(new Digest32(B32));
        byte[] digest = new byte[32], values = [.. Enumerable.Range(0, 16).SelectMany(y => Enumerable.Repeat((byte)y, 64))];
        hash.Digest(digest, tree: 3, values);
        Assert.Equal("591d7fcc577f6b0c8faa1b340d35245a5a8862ba1fbd47072d0a8cdb6ad4924a", Convert.ToHexStringLower(digest));
    }
}
