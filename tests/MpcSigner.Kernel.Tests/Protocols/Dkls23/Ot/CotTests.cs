using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Dkls23.Ot;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Ot;

/// <summary>Correlated OT (spec §6): the correlation, its check, and every way to cheat in COT1.</summary>
public sealed class CotTests
{
    private static readonly CotTerms Terms = new(Digest(1), Digest(2), new(7), new(65535));

    [Fact]
    [Trait("row", "M08")]
    public void Challenges_are_the_known_answers()
    {
        var message = new byte[CotMessage.Size];
        for (var i = 0; i < 32; i++)
            message.AsSpan()[CotMessage.Row(i)].Fill((byte)i);
        var transcript = CotHashes.Transcript(new Digest32([.. Enumerable.Range(0, 32).Select(i => (byte)i)]), message);
        var challenges = CotHashes.ChallengesOf(transcript);
        var bytes = new byte[16];
        Assert.Equal(
            ["bcc8317493f887efd7a172a08caa477b", "ddea2676a71dbb6d2c2a88915d29f1aa", "79d0582972f5b9da1ffabee3ca3ecbf9", "2426f2c2e4f5dbe2d38b2c1a8f619716"],
            challenges.Select(challenge =>
            {
                BinaryField.Write(challenge, bytes);
                return Convert.ToHexStringLower(bytes);
            }));
    }

    /// <summary>I3: v_j ⊕ w_j = x_j·Δ for all j.</summary>
    [Fact]
    public void Rows_are_correlated_by_the_choice_bits()
    {
        using var run = new Run(1);
        Assert.Equal(4272, CotMessage.Size);
        Assert.True(run.Evaluate(run.Message));
        Assert.Equal(run.Receiver.Transcript, run.Transcript);
        using var v = run.Receiver.Rows.Borrow();
        for (var j = 0; j < 416; j++)
        {
            var chosen = ((run.Choices[j / 8] >> (j % 8)) & 1) == 1;
            for (var i = 0; i < 16; i++)
                Assert.Equal(chosen ? run.Seeds.Delta[i] : 0, v.Span[(j * 16) + i] ^ run.Rows[(j * 16) + i]);
        }
    }

    [Fact]
    [Trait("row", "M09"), Trait("row", "M11")]
    public void Messages_differ_for_the_same_choices()
    {
        using var one = new Run(1);
        using var two = new Run(1, another: 99);
        var weight = 0;
        for (var i = 32; i < 32 + (32 * 68); i++)
            weight += System.Numerics.BitOperations.PopCount((uint)(one.Message[i] ^ two.Message[i]));
        Assert.InRange(weight, 8704 - 500, 8704 + 500); // half of 17,408 bits, ± 7.6 σ
    }

    /// <summary>Each bit of every U_i, of x̂ and of every t̂_p, and each byte of ν.</summary>
    [Fact]
    [Trait("row", "T06a"), Trait("row", "T06b"), Trait("row", "T06c"), Trait("row", "T06d"), Trait("row", "M06")]
    public void Every_changed_bit_fails_the_check()
    {
        using var run = new Run(2);
        var tried = 0;
        for (var at = 0; at < CotMessage.Size; at++)
        {
            // All bits of the first and last row, one bit of every other byte.
            var bits = at is >= 32 and < 100 or >= 2140 and < 2240 ? Enumerable.Range(0, 8) : [at % 8];
            foreach (var bit in bits)
            {
                var changed = (byte[])run.Message.Clone();
                changed[at] ^= (byte)(1 << bit);
                // t̂_p and x̂ are compared as they are; a row's bit changes χ with it.
                Assert.False(run.Evaluate(changed), $"bit {bit} of byte {at} passed");
                tried++;
            }
        }
        Assert.True(tried > 5000);
    }

    [Fact]
    [Trait("row", "M12"), Trait("row", "M17")]
    public void Another_context_setup_or_direction_fails_the_check()
    {
        using var run = new Run(3);
        foreach (var terms in (CotTerms[])[Terms with { SetupId = Digest(9) }, Terms with { Context = Digest(9) }, Terms with { Receiver = Terms.Sender, Sender = Terms.Receiver }])
            Assert.False(run.Evaluate(run.Message, terms));
        Assert.True(run.Evaluate(run.Message));
    }

    /// <summary>Spec §18.3: X ⊕ E in block i, with t̂ shifted for the guess g, passes for exactly one guess of 16: Δ_i.</summary>
    [Fact]
    [Trait("row", "T07"), Trait("row", "M07")]
    public void A_consistent_cheat_on_one_block_passes_for_the_right_guess_only()
    {
        for (var tree = 0; tree < 32; tree += 7)
        {
            List<int> passed = [];
            using var run = new Run(100 + tree);
            for (var guess = 0; guess < 16; guess++)
            {
                if (run.Evaluate(run.Cheat(tree, guess)))
                    passed.Add(guess);
            }
            Assert.Equal([run.Seeds.DeltaOf(tree)], passed);
        }
    }

    private static Digest32 Digest(byte value) => new([.. Enumerable.Repeat(value, 32)]);

    /// <summary>One extension with everything in the open.</summary>
    private sealed class Run : IDisposable
    {
        public Run(int seed, int? another = null)
        {
            Seeds = new(new SeededRandom(seed));
            new SeededRandom(seed + 5000).Fill(Choices);
            Receiver = CotReceiver.Begin(Seeds.Receiver, Terms, Choices, new SeededRandom(another ?? seed + 6000), Message);
        }

        public SeedPair Seeds { get; }

        public byte[] Choices { get; } = new byte[52];

        public byte[] Message { get; } = new byte[CotMessage.Size];

        public CotReceiver Receiver { get; }

        public byte[] Rows { get; } = new byte[OtSizes.OtRows];

        public CotTranscript Transcript { get; private set; }

        public bool Evaluate(byte[] message, CotTerms? terms = null)
        {
            var holds = CotSender.Evaluate(Seeds.Sender, terms ?? Terms, message, Rows, out var transcript);
            Transcript = transcript;
            return holds;
        }

        /// <summary>COT1 with X ⊕ E in block <paramref name="tree"/>; x̂ and t̂ are computed anew as by a party that knows X and V, t̂ of the block shifted by guess·fold(E).</summary>
        public byte[] Cheat(int tree, int guess)
        {
            var (message, error) = ((byte[])Message.Clone(), new byte[68]);
            error[5] = 0x10;
            message.AsSpan()[CotMessage.Row(tree)][5] ^= error[5];
            var session = CotHashes.Session(Terms, CotMessage.Nonce(message));
            var challenges = CotHashes.ChallengesOf(CotHashes.Transcript(session, message));
            using var permutation = CotHashes.PrgPermutation(session);
            var (rows, sums) = (new byte[OtSizes.Matrix], new byte[32 * 80]);
            using (var leaves = Seeds.Receiver.Leaves.Borrow())
                LeafExpansion.Run(permutation, leaves.Span, sums, rows);
            var honest = (tree + 1) % 32; // X by another, unchanged row
            var x = new byte[68];
            for (var i = 0; i < 68; i++)
                x[i] = (byte)(message.AsSpan()[CotMessage.Row(honest)][i] ^ sums[(honest * 80) + i]);
            BinaryField.Write(BinaryField.Fold(x, challenges), message.AsSpan()[CotMessage.ChoiceCheck]);
            var shift = BinaryField.Fold(error, challenges);
            for (var p = 0; p < 128; p++)
            {
                var check = BinaryField.Fold(rows.AsSpan(p * 80, 80), challenges);
                if (p / 4 == tree && ((guess >> (p % 4)) & 1) == 1)
                    check ^= shift;
                BinaryField.Write(check, message.AsSpan()[CotMessage.RowCheck(p)]);
            }
            return message;
        }

        public void Dispose()
        {
            Receiver.Dispose();
            Seeds.Dispose();
        }
    }
}
