using System.Numerics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Multiplication;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using MpcSigner.Protocols.Dkls23.Multiplication;
using MpcSigner.Protocols.Dkls23.Ot;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Multiplication;

/// <summary>The vector OLE (spec §7): what it computes, against the specification's formulas in big integers, and every way to cheat in VOLE2.</summary>
public sealed class VoleTests
{
    private static readonly Digest32 T1 = new([.. Enumerable.Repeat((byte)5, 32)]);

    public static TheoryData<Curve> Curves => [Curve.Secp256k1, Curve.P256];

    [Theory]
    [InlineData(Curve.Secp256k1, "883620acda1cafba2b0528133fe7508714e351fb61449c374d8340497298d2b4",
        "78b69168e4a312d5cd388d06272a897b036c25d37db0ee5848419bea899fa06b", "f623cf82246d7c3631943d941a83c99010581a06037c055ac6141849282abf8e")]
    [InlineData(Curve.P256, "86677b2d80f369b5b8c5b3163be9697c6c04cd22da10b70a171cbe3b6b0a4bff",
        "d9636b8915029fd8791109ffca18c2b4960531ea1b2113e0280f5463d2e59c0f", "cca1247bf1272e3914bfeff44740d4809b797eab1941218c6f2338ad38a766b8")]
    public void The_gadget_gives_the_known_answers(Curve curve, string first, string last, string sum)
    {
        var gadget = Gadget.For(MpcSigner.Cryptography.Groups.Groups.For(curve));
        Assert.Equal(first, Sum(gadget, choices => choices[0] = 1));
        Assert.Equal(last, Sum(gadget, choices => choices[51] = 128));
        Assert.Equal(sum, Sum(gadget, choices => Array.Fill(choices, (byte)0xff)));
    }

    [Theory]
    [InlineData(Curve.Secp256k1, "4a2f4e467d5831106061646eb756855d0006cdfb4e7df882b91a5fa5fcf3cddf",
        "2b22d92e859fec0528c404f45e404af06bc883f3668c4f461cf35528c810c99c", "4b7de4fa449885cdd7b1b60c1df88843440350513ce85f3f6adcca43dbaed9dd")]
    [InlineData(Curve.P256, "34bc3156a5ee335138a48a5ac6daf689d59efde28c70744a64bf0ca0d0d8b48a",
        "e25286d7dbe5f5aa6ed42b2ac0ec58c49c9a0d6b990fa7bf0dc991e0f11f5d95", "55f4fffb77d748da68a19e3ed6e1bf6f2a9eb3298567c9aa7dd232f92df7b5f8")]
    [Trait("row", "M12")]
    public void CRH_gives_the_known_answers(Curve curve, params string[] expected)
    {
        var rows = new byte[OtSizes.OtRows];
        rows[7 * 16] = 1;
        rows[(7 * 16) + 15] = 128;
        var group = MpcSigner.Cryptography.Groups.Groups.For(curve);
        using var permutation = CotHashes.CrhPermutation(new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        // With zero choice bits and zero corrections ḋ_j is γ_j: the check value of row 7 is γ[2] + θ_0·γ[0] + θ_1·γ[1].
        foreach (var (theta0, theta1, of) in ((int, int, string)[])[(0, 0, expected[2]), (1, 0, Add(group, expected[2], expected[0])), (0, 1, Add(group, expected[2], expected[1]))])
        {
            var (check, outputs) = (new byte[VoleSenderRows.CheckSize], new byte[64]);
            VoleReceiverRows.Run(
                Gadget.For(group), permutation, rows, new byte[52], new byte[VoleSenderRows.CorrectionsSize],
                group.FromUInt64((ulong)theta0), group.FromUInt64((ulong)theta1), group.Zero, check, outputs);
            Assert.Equal(of, Convert.ToHexStringLower(check.AsSpan(7 * 32, 32)));
        }
    }

    /// <summary>I6: c_k + d_k = a_k·b, with sizes of §16.1; and the message is the one that the formulas give.</summary>
    [Theory]
    [MemberData(nameof(Curves))]
    public void Outputs_are_shares_of_the_products(Curve curve)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            using var run = new Run(curve, seed);
            Assert.Equal(40_000, VoleMessage.Size);
            Assert.True(run.Receiver.TryReadResponse(run.Message, out var response));
            Assert.True(run.Receiver.Finish(T1, run.Message, response, out var d));
            using (d)
            {
                for (var k = 0; k < 2; k++)
                {
                    using SecretScalar one = run.Outputs[k], other = d[k], sum = one.Add(other), product = run.Inputs[k].Multiply(run.Receiver.Output);
                    Assert.True(sum.FixedTimeEquals(product));
                }
            }
        }
    }

    /// <summary>Every field of VOLE2, by the formulas of §7 and CRH of §3.3 in big integers.</summary>
    [Theory]
    [MemberData(nameof(Curves))]
    [Trait("row", "M15"), Trait("row", "M13")]
    public void The_message_is_what_the_specification_says(Curve curve)
    {
        using var run = new Run(curve, 33);
        var (group, q) = (run.Group, Order(curve));
        var session = VoleHashes.Session(run.Transcript, T1);
        using var permutation = CotHashes.CrhPermutation(session);
        var (alpha0, alpha1) = (run.Payloads(permutation, plusDelta: false), run.Payloads(permutation, plusDelta: true));
        var corrections = run.Message[..VoleSenderRows.CorrectionsSize];
        var inputs = run.Inputs.Select(a => Big(a.ToPublic().Encode())).ToArray();
        // â follows from any row's third correction, and must be the same for all.
        var mask = Mod(Big(corrections.AsSpan(64, 32)) - alpha0[0, 2] + alpha1[0, 2], q);
        for (var j = 0; j < 416; j++)
        {
            for (var k = 0; k < 3; k++)
                Assert.Equal(Mod(alpha0[j, k] - alpha1[j, k] + (k < 2 ? inputs[k] : mask), q), Big(corrections.AsSpan((j * 96) + (k * 32), 32)));
        }
        var digest = new TranscriptHash(Tags.VoleCorrections).Digest(session).Bytes(corrections).ToDigest();
        var thetas = Enumerable.Range(0, 2).Select(k => Big(new TranscriptHash(Tags.VoleTheta, group).Digest(session).Digest(digest).U8((byte)k).ToScalar().Encode())).ToArray();
        Assert.Equal(Mod(mask + (thetas[0] * inputs[0]) + (thetas[1] * inputs[1]), q), Big(run.Message.AsSpan()[VoleMessage.OfResponse]));
        var checks = Enumerable.Range(0, 416).SelectMany(j => Encode(Mod(alpha0[j, 2] + (thetas[0] * alpha0[j, 0]) + (thetas[1] * alpha0[j, 1]), q))).ToArray();
        Assert.Equal(new TranscriptHash(Tags.VoleCheck).Digest(session).Bytes(checks).ToDigest(), new Digest32(run.Message.AsSpan()[VoleMessage.OfCheck]));
        for (var k = 0; k < 2; k++)
        {
            var sum = BigInteger.Zero;
            for (var j = 0; j < 416; j++)
                sum += Big(new TranscriptHash(Tags.Gadget, group).U16((ushort)j).ToScalar().Encode()) * alpha0[j, k];
            using var output = run.Outputs[k];
            Assert.Equal(Mod(-sum, q), Big(output.ToPublic().Encode()));
        }
    }

    [Theory]
    [MemberData(nameof(Curves))]
    [Trait("row", "T12a"), Trait("row", "T12b"), Trait("row", "T12c")]
    public void Every_changed_field_fails_the_check(Curve curve)
    {
        using var run = new Run(curve, 3);
        var tried = 0;
        foreach (var at in Enumerable.Range(0, 416 * 3).Where(i => i % 37 == 0).Select(i => (i * 32) + 31).Concat([39_936 + 31, 39_968, 39_999]))
        {
            var changed = (byte[])run.Message.Clone();
            changed[at] ^= 1;
            Assert.True(run.Receiver.TryReadResponse(changed, out var response));
            Assert.False(Finishes(run, T1, changed, response), $"byte {at}");
            tried++;
        }
        Assert.True(tried > 30);
        Assert.True(run.Receiver.TryReadResponse(run.Message, out var honest));
        Assert.False(Finishes(run, new([.. Enumerable.Repeat((byte)6, 32)]), run.Message, honest));
    }

    /// <summary>q, q + 1 and 2^256 − 1 in every third scalar's place, and as η; q − 1 is a scalar.</summary>
    [Theory]
    [MemberData(nameof(Curves))]
    [Trait("row", "M14")]
    public void Scalars_not_below_q_are_refused(Curve curve)
    {
        using var run = new Run(curve, 4);
        var q = Order(curve);
        for (var i = 0; i < (416 * 3) + 1; i += 3)
        {
            foreach (var value in (BigInteger[])[q, q + 1, (BigInteger.One << 256) - 1])
            {
                var changed = (byte[])run.Message.Clone();
                Encode(value).CopyTo(changed, i * 32);
                Assert.False(run.Receiver.TryReadResponse(changed, out _), $"scalar {i}");
            }
        }
        var largest = (byte[])run.Message.Clone();
        Encode(q - 1).CopyTo(largest, 0);
        Assert.True(run.Receiver.TryReadResponse(largest, out _));
        Assert.Throws<ArgumentException>(() => run.Receiver.TryReadResponse(run.Message.AsSpan(1), out _));
    }

    /// <summary>
    /// Spec §18.3: one row with another a, η, θ and μ computed anew from the majority value, passes exactly when the row's choice bit is 0; 128 such rows never pass.
    /// </summary>
    [Fact]
    [Trait("row", "T13")]
    public void Another_input_in_one_row_passes_by_its_choice_bit_only()
    {
        var passed = 0;
        const int runs = 60;
        for (var seed = 0; seed < runs; seed++)
        {
            using var run = new Run(Curve.Secp256k1, 1000 + seed);
            var row = seed * 7 % 416;
            var message = run.CheatInRows(1, row);
            Assert.True(run.Receiver.TryReadResponse(message, out var response));
            var passes = Finishes(run, T1, message, response);
            Assert.Equal(run.Choice(row) == 0, passes);
            passed += passes ? 1 : 0;
            if (seed % 10 != 0)
                continue;
            message = run.CheatInRows(128, row);
            Assert.True(run.Receiver.TryReadResponse(message, out response));
            Assert.False(Finishes(run, T1, message, response));
        }
        Assert.InRange(passed, 12, 48); // ½ of 60 ± 4.6 σ
    }

    private static bool Finishes(Run run, Digest32 t1, byte[] message, PublicScalar response)
    {
        var holds = run.Receiver.Finish(t1, message, response, out var outputs);
        outputs.Dispose();
        return holds;
    }

    private static string Sum(Gadget gadget, Action<byte[]> choose)
    {
        var (choices, sum) = (new byte[52], new byte[32]);
        choose(choices);
        gadget.Sum(choices, sum);
        return Convert.ToHexStringLower(sum);
    }

    private static string Add(IGroup group, string a, string b)
    {
        Assert.True(group.TryDecodeScalar(Convert.FromHexString(a), out var x) & group.TryDecodeScalar(Convert.FromHexString(b), out var y));
        return group.AddPublic(x, y).ToString();
    }

    private static BigInteger Order(Curve curve) => curve == Curve.Secp256k1 ? WeierstrassOracle.Secp256k1.Q : WeierstrassOracle.P256.Q;

    private static BigInteger Mod(BigInteger value, BigInteger q) => ((value % q) + q) % q;

    private static BigInteger Big(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Encode(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    /// <summary>One vector OLE with everything in the open.</summary>
    private sealed class Run : IDisposable
    {
        private readonly SeedPair _seeds;
        private readonly SecureMemory _rows = SecureMemory.Allocate(OtSizes.OtRows);

        public Run(Curve curve, int seed)
        {
            Group = MpcSigner.Cryptography.Groups.Groups.For(curve);
            var random = new SeededRandom(seed);
            _seeds = new(random);
            var terms = new CotTerms(new([.. Enumerable.Repeat((byte)1, 32)]), new([.. Enumerable.Repeat((byte)2, 32)]), new(3), new(4));
            var first = new byte[CotMessage.Size];
            Receiver = VoleReceiver.Begin(Group, _seeds.Receiver, terms, random, first);
            Assert.True(CotSender.Evaluate(_seeds.Sender, terms, first, _rows.DangerousSpan, out var transcript));
            Transcript = transcript;
            Inputs = [SecretScalar.Random(Group, random), SecretScalar.Random(Group, random)];
            Outputs = VoleSender.Run(_seeds.Sender, _rows, transcript, T1, Inputs[0], Inputs[1], random, Message);
        }

        public IGroup Group { get; }

        public VoleReceiver Receiver { get; }

        public CotTranscript Transcript { get; }

        public SecretScalar[] Inputs { get; }

        public byte[] Message { get; } = new byte[VoleMessage.Size];

        public SecretScalars Outputs { get; }

        /// <summary>β_j, from the rows: they differ by Δ where it is 1.</summary>
        public int Choice(int row)
        {
            var v = new byte[16];
            using (var kept = ((CotReceiver)typeof(VoleReceiver).GetField("_ot", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(Receiver)!).Rows.Borrow())
                kept.Span.Slice(row * 16, 16).CopyTo(v);
            return v.AsSpan().SequenceEqual(_rows.DangerousSpan.Slice(row * 16, 16)) ? 0 : 1;
        }

        /// <summary>CRH(K_C, j, w_j) or CRH(K_C, j, w_j ⊕ Δ) of all rows, slowly.</summary>
        public BigInteger[,] Payloads(SessionPermutation permutation, bool plusDelta)
        {
            var payloads = new BigInteger[416, 3];
            var q = Order(Group.Curve);
            for (var j = 0; j < 416; j++)
            {
                var y = _rows.DangerousSpan.Slice(j * 16, 16).ToArray();
                for (var i = 0; plusDelta && i < 16; i++)
                    y[i] ^= _seeds.Delta[i];
                permutation.Apply(y);
                var stream = new byte[192];
                for (var c = 0; c < 12; c++)
                {
                    var block = (byte[])y.Clone();
                    block[14] ^= (byte)(((16 * j) + c) >> 8);
                    block[15] ^= (byte)(((16 * j) + c) & 0xff);
                    permutation.Apply(block);
                    for (var i = 0; i < 16; i++)
                        stream[(16 * c) + i] = (byte)(block[i] ^ y[i]);
                }
                for (var k = 0; k < 3; k++)
                    payloads[j, k] = Big(stream.AsSpan(64 * k, 64)) % q;
            }
            return payloads;
        }

        /// <summary>VOLE2 of a sender that adds 1 to a_0 in some rows and is honest otherwise: â unchanged, θ, η and μ of the changed ã.</summary>
        public byte[] CheatInRows(int count, int first)
        {
            var message = (byte[])Message.Clone();
            var q = Order(Group.Curve);
            for (var i = 0; i < count; i++)
            {
                var at = message.AsSpan((first + i) % 416 * 96, 32);
                Encode((Big(at) + 1) % q).CopyTo(at);
            }
            var session = VoleHashes.Session(Transcript, T1);
            using var permutation = CotHashes.CrhPermutation(session);
            var (alpha0, alpha1) = (Payloads(permutation, plusDelta: false), Payloads(permutation, plusDelta: true));
            var mask = Mod(Big(message.AsSpan(64, 32)) - alpha0[0, 2] + alpha1[0, 2], q);
            var (theta0, theta1) = VoleHashes.Thetas(Group, session, message.AsSpan()[VoleMessage.OfCorrections]);
            var (t0, t1) = (Big(theta0.Encode()), Big(theta1.Encode()));
            var inputs = Inputs.Select(a => Big(a.ToPublic().Encode())).ToArray();
            Encode(Mod(mask + (t0 * inputs[0]) + (t1 * inputs[1]), q)).CopyTo(message.AsSpan()[VoleMessage.OfResponse]);
            var checks = Enumerable.Range(0, 416).SelectMany(j => Encode(Mod(alpha0[j, 2] + (t0 * alpha0[j, 0]) + (t1 * alpha0[j, 1]), q))).ToArray();
            new TranscriptHash(Tags.VoleCheck).Digest(session).Bytes(checks).ToDigest().CopyTo(message.AsSpan()[VoleMessage.OfCheck]);
            return message;
        }

        public void Dispose()
        {
            Receiver.Dispose();
            _rows.Dispose();
            Outputs.Dispose();
            foreach (var input in Inputs)
                input.Dispose();
            _seeds.Dispose();
        }
    }
}
