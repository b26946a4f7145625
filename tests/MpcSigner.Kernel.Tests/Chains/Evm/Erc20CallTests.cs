using System.Numerics;
using MpcSigner.Core.Intents;
using Xunit;
using static MpcSigner.Kernel.Tests.Chains.Evm.EvmBuilder;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>Token calls in their one form; whatever is not that is opaque, and value that goes along is shown besides.</summary>
public class Erc20CallTests
{
    private const string Token = "0x2222222222222222222222222222222222222222";
    private const string Other = "0x3333333333333333333333333333333333333333";
    private const string Third = "0x4444444444444444444444444444444444444444";

    private static readonly byte[] Key = EvmVectors.All[0].PublicKey;
    private static readonly string Sender = EvmVectors.All[0].From;
    private static readonly byte[] Transfer = Call("a9059cbb", Word(0x33), Number(9));
    private static readonly byte[] Approve = Call("095ea7b3", Word(0x33), Number(9));
    private static readonly byte[] TransferFrom = Call("23b872dd", Word(0x44), Word(0x33), Number(9));

    private static byte[] Call(string selector, params byte[][] words) => [.. Convert.FromHexString(selector), .. words.SelectMany(w => w)];

    private static byte[] Word(byte fill) => [.. new byte[12], .. Enumerable.Repeat(fill, 20)];

    private static byte[] Number(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    private static IReadOnlyList<Effect> Effects(byte[] data, BigInteger value, byte[]? to = null) =>
        EvmPayload.Decode(Type2.With("value", EvmBuilder.Number(value)).With("data", Text(data)).With("to", Text(to ?? To)).Build(), Key).Intent.Effects;

    private static string Opaque(Effect effect) => Assert.IsType<Effect.Opaque>(effect).What;

    [Fact]
    public void The_three_calls_have_their_effects()
    {
        Assert.Equal([new Effect.Transfer(Token, Sender, Other, new(9))], Effects(Transfer, 0));
        Assert.Equal([new Effect.Allowance(Token, Sender, Other, new(9))], Effects(Approve, 0));
        Assert.Equal([new Effect.Transfer(Token, Third, Other, new(9))], Effects(TransferFrom, 0));
        var all = (BigInteger.One << 256) - 1;
        Assert.Equal([new Effect.Allowance(Token, Sender, Other, new(all))], Effects(Call("095ea7b3", Word(0x33), Number(all)), 0));
    }

    [Fact]
    public void With_value_a_call_is_a_payment_and_opaque()
    {
        foreach (var data in (byte[][])[Transfer, Approve, TransferFrom, [1]])
        {
            var effects = Effects(data, 5);
            Assert.Equal(2, effects.Count);
            Assert.Equal(new Effect.Transfer("native", Sender, Token, new(5)), effects[0]);
            Assert.StartsWith($"call of {Token} with 5 of the native coin", Opaque(effects[1]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_creation_is_opaque_also_with_value_and_without_code()
    {
        Assert.StartsWith("creation of a contract with 5 of the native coin (selector 0xa9059cbb, 68 bytes of data, Keccak-256 0x", Opaque(Assert.Single(Effects(Transfer, 5, []))), StringComparison.Ordinal);
        Assert.StartsWith("creation of a contract with 0 of the native coin (no selector, 0 bytes of data", Opaque(Assert.Single(Effects([], 0, []))), StringComparison.Ordinal);
    }

    /// <summary>Every byte of padding, every length but the one, every other selector.</summary>
    [Fact]
    public void Any_other_form_is_opaque()
    {
        var opaque = 0;
        foreach (var call in (byte[][])[Transfer, Approve, TransferFrom])
        {
            for (var word = 4; word < call.Length - 32; word += 32)
            {
                for (var at = word; at < word + 12; at++)
                {
                    byte[] dirty = [.. call];
                    dirty[at] = 1;
                    Opaque(Assert.Single(Effects(dirty, 0)));
                    opaque++;
                }
            }
            for (var length = 1; length < call.Length + 70; length++)
            {
                if (length == call.Length)
                    continue;
                byte[] other = length < call.Length ? call[..length] : [.. call, .. new byte[length - call.Length]];
                Assert.Contains($"{length} bytes of data", Opaque(Assert.Single(Effects(other, 0))), StringComparison.Ordinal);
                opaque++;
            }
            for (var bit = 0; bit < 32; bit++)
            {
                byte[] other = [.. call];
                other[bit / 8] ^= (byte)(1 << bit % 8);
                Opaque(Assert.Single(Effects(other, 0)));
                opaque++;
            }
        }
        Assert.Equal(12 * (1 + 1 + 2) + (2 * (68 + 68) + 100 + 68 - 0) + 3 * 32, opaque);
    }
}
