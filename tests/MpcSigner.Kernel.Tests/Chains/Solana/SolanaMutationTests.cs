using System.Buffers.Binary;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Intents;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>
/// What must hold when a byte changes on its way: the bytes to be signed are always the bytes that were judged, so a changed message is a changed
/// signature; and no byte that says who is paid, how much, of what or by whom can change without the intent saying so, or the payload being refused.
/// Bytes may differ under the same intent only where they have no part in it: roles of accounts, an authority or decimals of a token transfer,
/// signers of a memo, compute units without a price, data of opaque instructions.
/// </summary>
public class SolanaMutationTests
{
    [Fact]
    public void Any_change_of_any_byte_of_a_plain_transfer_is_refused_or_seen()
    {
        var from = new SolanaAddress(MessageBuilder.A(1));
        var message = SolanaTransferMessage.Build(from, new(MessageBuilder.A(2)), 1_000_000, new(MessageBuilder.A(3)));
        var original = SolanaPayload.Print(SolanaPayload.Decode(message, from.ToArray()).Intent);
        var (refused, seen) = (0, 0);
        for (var at = 0; at < message.Length; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                // The one change without meaning: with no read-only account in the header the program becomes writable, which it never is.
                if (value == message[at] || (at == 2 && value == 0))
                    continue;
                byte[] changed = [.. message];
                changed[at] = (byte)value;
                if (SolanaPayload.Try(changed, from.ToArray()) is not { } decoded)
                {
                    refused++;
                    continue;
                }
                Assert.Equal(changed, decoded.Message.ToArray());
                Assert.True(original != SolanaPayload.Print(decoded.Intent), $"byte {at} = {value} changes nothing in the intent");
                seen++;
            }
        }
        Assert.Equal(message.Length * 255 - 1, refused + seen);
        Assert.True(refused > 1_000 && seen > 10_000);
    }

    [Fact]
    public void No_address_or_amount_of_an_intent_changes_unseen()
    {
        var random = new Random(20_260_101);
        var checkedBytes = 0;
        // Opaque instructions may hold the same bytes without showing them.
        foreach (var vector in SolanaVector.All.Where(v => !v.Effects.Any(e => e is Effect.Opaque)))
        {
            var key = SolanaPayload.Key(vector.Signers[0]);
            var original = SolanaPayload.Decode(vector.Message, key).Intent;
            var print = SolanaPayload.Print(original);
            foreach (var field in original.Effects.SelectMany(Fields))
            {
                for (var start = vector.Message.AsSpan().IndexOf(field); start >= 0;)
                {
                    var at = start + random.Next(field.Length);
                    byte[] changed = [.. vector.Message];
                    changed[at] ^= (byte)(1 + random.Next(255));
                    if (SolanaPayload.Try(changed, key) is { } decoded)
                    {
                        Assert.Equal(changed, decoded.Message.ToArray());
                        Assert.True(print != SolanaPayload.Print(decoded.Intent), $"{vector.Name}: byte {at} changes unseen");
                    }
                    checkedBytes++;
                    var next = vector.Message.AsSpan(start + 1).IndexOf(field);
                    start = next < 0 ? -1 : start + 1 + next;
                }
            }
        }
        Assert.True(checkedBytes > 500, $"{checkedBytes} bytes checked");
    }

    [Fact]
    public void Bytes_signed_are_bytes_judged_whatever_they_are()
    {
        var random = new Random(7);
        var accepted = 0;
        for (var round = 0; round < 60_000; round++)
        {
            var vector = SolanaVector.All[random.Next(SolanaVector.Count)];
            byte[] changed = [.. vector.Message];
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (random.Next(8) == 0)
                changed = changed[..random.Next(changed.Length)];
            if (SolanaPayload.Try(changed, SolanaPayload.Key(vector.Signers[0])) is not { } decoded)
                continue;
            Assert.Equal(changed, decoded.Message.ToArray());
            Assert.NotEmpty(decoded.Intent.Effects);
            Assert.Contains(vector.Signers[0], decoded.Intent.Signers);
            accepted++;
        }
        Assert.InRange(accepted, 1_000, 59_000);
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_exception()
    {
        var random = new Random(11);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(300)];
            random.NextBytes(bytes);
            if (bytes.Length > 3 && random.Next(2) == 0)
                (bytes[0], bytes[1], bytes[2], bytes[3]) = (1, 0, 0, (byte)random.Next(4));
            Assert.Null(SolanaPayload.Try(bytes, MessageBuilder.A(1)));
        }
    }

    /// <summary>Amounts are looked for with the tag before them: eight bytes alone could stand anywhere.</summary>
    private static IEnumerable<byte[]> Fields(Effect effect)
    {
        switch (effect)
        {
            case Effect.Transfer t:
                yield return SolanaPayload.Key(t.Source);
                yield return SolanaPayload.Key(t.Destination);
                var amount = new byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(amount, (ulong)t.Amount.Value);
                if (t.Asset == "SOL")
                    yield return [2, 0, 0, 0, .. amount];
                else
                    yield return t.Asset == Effect.UnknownAsset ? [9, 3, .. amount] : [10, 12, .. amount];
                if (t.Asset is not ("SOL" or Effect.UnknownAsset))
                    yield return SolanaPayload.Key(t.Asset);
                break;
            case Effect.OpenAccount o:
                yield return SolanaPayload.Key(o.Asset);
                yield return SolanaPayload.Key(o.Owner);
                yield return SolanaPayload.Key(o.Account);
                yield return SolanaPayload.Key(o.Payer);
                break;
            case Effect.Memo { Text.Length: > 8 } m:
                yield return System.Text.Encoding.UTF8.GetBytes(m.Text);
                break;
        }
    }
}
