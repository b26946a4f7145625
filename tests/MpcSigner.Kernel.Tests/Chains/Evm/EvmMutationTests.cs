using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>
/// What must hold when a byte changes on its way: another payload is another digest, and another intent too, or a refusal. There is no byte of a
/// transaction that means nothing.
/// </summary>
public class EvmMutationTests
{
    private static IEnumerable<byte> Others(byte value) =>
        ((byte[])[(byte)(value ^ 1), (byte)(value ^ 0x80), (byte)(value ^ 0x55), (byte)(value + 1 & 0xff), 0x00, 0xff]).Distinct().Where(v => v != value);

    [Fact]
    public void Any_change_of_any_byte_of_a_transaction_changes_digest_and_intent_or_is_refused()
    {
        var (refused, seen, names) = (0, 0, 0);
        // One of each name: every format with every form of data, among them access lists and creations.
        foreach (var vector in EvmVectors.All.DistinctBy(v => v.Name))
        {
            var original = EvmPayload.Decode(vector.Unsigned, vector.PublicKey);
            var print = EvmPayload.Print(original.Intent);
            for (var at = 0; at < vector.Unsigned.Length; at++)
            {
                foreach (var value in Others(vector.Unsigned[at]))
                {
                    byte[] changed = [.. vector.Unsigned];
                    changed[at] = value;
                    if (EvmPayload.Try(changed, vector.PublicKey) is not { } decoded)
                    {
                        refused++;
                        continue;
                    }
                    Assert.False(original.Message.Span.SequenceEqual(decoded.Message.Span), $"{vector.Name}: byte {at} = {value} changes nothing in the digest");
                    Assert.True(print != EvmPayload.Print(decoded.Intent), $"{vector.Name}: byte {at} = {value} changes nothing in the intent");
                    seen++;
                }
            }
            names++;
        }
        Assert.True(names > 30 && refused > 1_500 && seen > 15_000, $"{names} transactions, {refused} refused, {seen} seen");
    }

    [Fact]
    public void Any_change_of_any_byte_of_a_message_changes_digest_and_intent()
    {
        var key = EvmVectors.All[0].PublicKey;
        var message = System.Text.Encoding.UTF8.GetBytes("example.org wants you to sign in, Überweisung ✓\nNonce: 32891756");
        var original = EvmPayload.Decode(message, key, PayloadKind.EvmMessage);
        var seen = 0;
        for (var at = 0; at < message.Length; at++)
        {
            foreach (var value in Others(message[at]))
            {
                byte[] changed = [.. message];
                changed[at] = value;
                var decoded = EvmPayload.Decode(changed, key, PayloadKind.EvmMessage);
                Assert.False(original.Message.Span.SequenceEqual(decoded.Message.Span));
                Assert.NotEqual(EvmPayload.Print(original.Intent), EvmPayload.Print(decoded.Intent));
                seen++;
            }
        }
        Assert.True(seen >= message.Length * 4, $"{seen} changes");
    }

    [Fact]
    public void Two_payloads_never_share_an_intent_however_many_bytes_change()
    {
        var random = new Random(7);
        var accepted = 0;
        for (var round = 0; round < 8_000; round++)
        {
            var vector = EvmVectors.All[random.Next(EvmVectors.Count)];
            byte[] changed = [.. vector.Unsigned];
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (random.Next(8) == 0)
                changed = changed[..random.Next(changed.Length)];
            if (changed.AsSpan().SequenceEqual(vector.Unsigned) || EvmPayload.Try(changed, vector.PublicKey) is not { } decoded)
                continue;
            Assert.NotEmpty(decoded.Intent.Effects);
            Assert.NotEqual(EvmPayload.Print(EvmPayload.Decode(vector.Unsigned, vector.PublicKey).Intent), EvmPayload.Print(decoded.Intent));
            accepted++;
        }
        Assert.InRange(accepted, 500, 7_500);
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_exception()
    {
        var random = new Random(11);
        var key = EvmVectors.All[0].PublicKey;
        for (var round = 0; round < 10_000; round++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (bytes.Length > 2)
                (bytes[0], bytes[1]) = ((byte)random.Next(1, 3), (byte)random.Next(0xc0, 0x100));
            Assert.Null(EvmPayload.Try(bytes, key));
        }
    }

    [Fact]
    public void Any_prefix_of_a_transaction_is_refused()
    {
        var refused = 0;
        foreach (var vector in EvmVectors.All)
        {
            for (var length = 0; length < vector.Unsigned.Length; length += 7)
            {
                EvmPayload.Refused(vector.Unsigned[..length], vector.PublicKey);
                refused++;
            }
        }
        Assert.True(refused > 3_000, $"{refused} prefixes");
    }
}
