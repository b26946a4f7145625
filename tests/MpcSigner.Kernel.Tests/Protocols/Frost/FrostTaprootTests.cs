using System.Security.Cryptography;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

/// <summary>Spec §19.5 and §19.6: the sign decisions of Taproot in every combination and mode; the judge is libsecp256k1.</summary>
public sealed class FrostTaprootTests
{
    private static readonly IGroup Group = Groups.For(Curve.Secp256k1);

    public enum Mode
    {
        None,
        KeyPathWithoutScripts,
        KeyPathWithRoot,
    }

    /// <summary>P odd or even (by the path), Q odd or even (by the path again), R odd or even (by the message): all eight come up and all verify.</summary>
    [Theory]
    [InlineData(Mode.None)]
    [InlineData(Mode.KeyPathWithoutScripts)]
    [InlineData(Mode.KeyPathWithRoot)]
    [Trait("row", "R13"), Trait("row", "R15")]
    public void Every_combination_of_parities_signs(Mode mode)
    {
        using var key = new SigningKey(2, 3, suite: Suite.FrostSecp256k1Taproot);
        var root = mode == Mode.KeyPathWithRoot ? SHA256.HashData("scripts"u8) : [];
        Assert.True(Group.TryDecodePoint(key.Record.PublicKey.Span, out var master));
        var seen = new HashSet<(bool P, bool Q, bool R)>();
        // Without a tweak Q is P made even: only four combinations exist.
        var all = mode == Mode.None ? 4 : 8;
        for (uint attempt = 0; attempt < 200 && seen.Count < all; attempt++)
        {
            Assert.Equal(DerivationFault.None, Sec1Derivation.TryDerive(master, key.Record.ChainCode, [attempt], out var child));
            var isOddP = TaprootKeys.IsOdd(child!.PublicKey);
            var even = isOddP ? Group.Negate(child.PublicKey) : child.PublicKey;
            var output = even;
            if (mode != Mode.None)
                Assert.True(TaprootKeys.TryTweak(even, root, out _, out output!));

            var run = key.Run(
                name: $"attempt {attempt}", path: [attempt], mode: mode == Mode.None ? FrostMode.None : FrostMode.KeyPath, root: root,
                message: SHA256.HashData([(byte)attempt]));
            Assert.Null(run.Fault);
            Assert.Equal(64, run.Signature!.Signature.Length);
            Assert.Equal(2, run.Signature.PublicKey.Span[0]);
            Assert.Equal(output.Encode()[1..], run.Signature.PublicKey.ToArray()[1..]);
            Assert.True(Bip340Signature.Verify(output.Encoded[1..], run.Message, run.Signature.Signature.Span));
            Assert.False(Bip340Signature.Verify(output.Encoded[1..], SHA256.HashData(run.Message), run.Signature.Signature.Span));

            // Every share passes its own check too, in the sign that this R demands.
            var asked = run.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload;
            Assert.True(FrostRequest.TryDecode(key.Record, key.Hash, asked, out var request, out _));
            Assert.True(FrostEquation.TryCreate(key.Record, request, out var equation, out _));
            foreach (var (signer, _, payload) in run.Sent.Where(sent => sent.Type == MessageType.FrostShare))
            {
                Assert.True(Group.TryDecodeScalar(payload.AsSpan(0, 32), out var share));
                Assert.True(equation.Holds(signer, share));
                Assert.False(equation.Holds(signer, Group.NegatePublic(share)));
            }
            seen.Add((isOddP, TaprootKeys.IsOdd(output), equation.NegatesNonces));
        }
        Assert.Equal(all, seen.Count);
    }

    [Fact]
    public void A_signature_under_one_mode_or_root_is_none_under_another()
    {
        using var key = new SigningKey(2, 3, suite: Suite.FrostSecp256k1Taproot);
        (FrostMode, byte[])[] modes = [(FrostMode.None, []), (FrostMode.KeyPath, []), (FrostMode.KeyPath, new byte[32]), (FrostMode.KeyPath, SHA256.HashData([1]))];
        var signed = modes.Select((mode, i) => key.Run(name: $"mode {i}", mode: mode.Item1, root: mode.Item2)).ToArray();
        for (var i = 0; i < signed.Length; i++)
        {
            for (var j = 0; j < signed.Length; j++)
                Assert.Equal(i == j, Bip340Signature.Verify(signed[i].Signature!.PublicKey.Span[1..], signed[j].Message, signed[j].Signature!.Signature.Span));
        }
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(1, 1)]
    [InlineData(1, 31)]
    [InlineData(1, 33)]
    [Trait("row", "R28")]
    public void Rejects_a_root_that_the_mode_has_not(byte mode, int rootLength)
    {
        using var key = new SigningKey(2, 2, suite: Suite.FrostSecp256k1Taproot);
        Assert.Throws<ArgumentException>(() => key.Run(mode: (FrostMode)mode, root: new byte[rootLength]));

        var asked = key.Run(mode: FrostMode.KeyPath, name: "good").Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload;
        Assert.True(FrostRequest.TryDecode(key.Record, key.Hash, asked, out var request, out _));
        var changed = (request with { Mode = (FrostMode)mode, Root = new byte[rootLength] }).Encode();
        Assert.False(FrostRequest.TryDecode(key.Record, key.Hash, changed, out _, out var refusal));
        Assert.Equal(FrostRefusal.BadMode, refusal);
    }

    [Fact]
    [Trait("row", "R29")]
    public void Rejects_a_request_for_a_message_that_is_no_digest()
    {
        using var key = new SigningKey(2, 2, suite: Suite.FrostSecp256k1Taproot);
        var asked = key.Run().Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload;
        Assert.True(FrostRequest.TryDecode(key.Record, key.Hash, asked, out var request, out _));
        foreach (var length in new[] { 0, 31, 33 })
        {
            Assert.False(FrostRequest.TryDecode(key.Record, key.Hash, (request with { Message = new byte[length] }).Encode(), out _, out var refusal));
            Assert.Equal(FrostRefusal.BadMessage, refusal);
        }
    }

    [Fact]
    [Trait("row", "R28")]
    public void Ed25519_and_plain_secp256k1_know_no_key_path()
    {
        foreach (var suite in new[] { Suite.FrostEd25519, Suite.FrostSecp256k1 })
        {
            Assert.True(FrostSuite.For(suite).Allows(FrostMode.None, 0));
            Assert.False(FrostSuite.For(suite).Allows(FrostMode.None, 32));
            Assert.False(FrostSuite.For(suite).Allows(FrostMode.KeyPath, 0));
        }
    }
}
