using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Proofs;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Proofs;

public sealed class SchnorrProofEd25519Tests() : SchnorrProofContract(Curve.Edwards25519);

public sealed class SchnorrProofSecp256k1Tests() : SchnorrProofContract(Curve.Secp256k1);

/// <summary>Proofs of knowledge (spec §9): bound to purpose, session, prover, key and statement; in a batch the wrong ones are named, however many.</summary>
public abstract class SchnorrProofContract(Curve curve)
{
    private static readonly Digest32 One = new([.. Enumerable.Repeat((byte)1, 32)]), Two = new([.. Enumerable.Repeat((byte)2, 32)]);
    private static readonly PartyId Prover = new(7);

    private readonly DeterministicRandom _random = new("proofs", $"{curve}");

    private IGroup Group { get; } = Groups.For(curve);

    private (GroupPoint[] Statements, SchnorrProof[] Proofs) Prove(int count, SchnorrContext context)
    {
        using var witnesses = SecretScalars.Random(Group, count, _random);
        GroupPoint[] statements = [.. witnesses.MultiplyBase()];
        var proofs = statements.Select((statement, k) =>
        {
            using var witness = witnesses[k];
            return SchnorrProof.Prove(Group, context, k, witness, statement, _random);
        }).ToArray();
        return (statements, proofs);
    }

    private SchnorrProof Bent(SchnorrProof proof) => proof with { Response = Group.AddPublic(proof.Response, Group.One) };

    [Fact]
    public void A_proof_holds_for_its_purpose_session_prover_key_and_statement_only()
    {
        var context = SchnorrContext.OfShares(One, Two, Prover);
        var (statements, proofs) = Prove(2, context);
        Assert.True(proofs[0].Verify(Group, context, 0, statements[0]));
        Assert.False(proofs[0].Verify(Group, context, 1, statements[0]));
        Assert.False(proofs[0].Verify(Group, context, 0, statements[1]));
        SchnorrContext[] others =
        [
            SchnorrContext.OfShares(One, Two, new(8)), SchnorrContext.OfShares(Two, One, Prover), SchnorrContext.OfShares(One, One, Prover), SchnorrContext.OfConstants(One, Prover),
        ];
        Assert.All(others, other => Assert.False(proofs[0].Verify(Group, other, 0, statements[0])));
        Assert.False(Bent(proofs[0]).Verify(Group, context, 0, statements[0]));
        Assert.False((proofs[0] with { Nonce = proofs[1].Nonce }).Verify(Group, context, 0, statements[0]));
    }

    /// <summary>Fresh bytes, witness, context and index all make the nonce: one of them alone is enough to make it another.</summary>
    [Fact]
    public void No_two_proofs_share_a_nonce_even_where_the_randomness_repeats()
    {
        using var witnesses = SecretScalars.Random(Group, 2, _random);
        using SecretScalar one = witnesses[0], other = witnesses[1];
        var nonces = new HashSet<string>();
        SchnorrContext context = SchnorrContext.OfConstants(One, Prover), elsewhere = SchnorrContext.OfConstants(Two, Prover), another = SchnorrContext.OfConstants(One, new(8));
        void Add(SchnorrContext of, int k, SecretScalar witness, string random = "same") =>
            Assert.True(nonces.Add(Convert.ToHexString(SchnorrProof.Prove(Group, of, k, witness, witness.MultiplyBase(), new DeterministicRandom("nonce", random)).Nonce.Encode())));
        Add(context, 0, one);
        Add(context, 1, one);
        Add(context, 0, other);
        Add(elsewhere, 0, one);
        Add(another, 0, one);
        Add(context, 0, one, "fresh");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Every_set_of_wrong_proofs_is_named_exactly(int count)
    {
        var context = SchnorrContext.OfConstants(One, Prover);
        var (statements, proofs) = Prove(count, context);
        for (var wrong = 0; wrong < 1 << count; wrong++)
        {
            SchnorrProof[] shown = [.. proofs.Select((proof, k) => (wrong >> k & 1) == 1 ? Bent(proof) : proof)];
            Assert.Equal(Enumerable.Range(0, count).Where(k => (wrong >> k & 1) == 1), SchnorrProof.FindInvalid(Group, context, statements, shown, _random));
        }
        Assert.Throws<ArgumentException>(() => SchnorrProof.FindInvalid(Group, context, statements, [.. proofs, proofs[0]], _random));
        Assert.Throws<ArgumentException>(() => SchnorrProof.FindInvalid(Group, context, statements, [], _random));
    }

    /// <summary>Two provers' proofs in one equation: it holds when all do, and two wrongs that would cancel out in a plain sum do not.</summary>
    [Fact]
    public void Proofs_of_several_provers_hold_together_only_if_each_holds()
    {
        SchnorrContext first = SchnorrContext.OfConstants(One, Prover), second = SchnorrContext.OfConstants(One, new(8));
        var (ours, theirs) = (Prove(2, first), Prove(3, second));
        bool Hold(SchnorrProof[] one, SchnorrProof[] other) =>
            ProofClaims.AllHold(Group, [new(first, ours.Statements, one), new(second, theirs.Statements, other)], _random);
        Assert.True(Hold(ours.Proofs, theirs.Proofs));
        for (var k = 0; k < 3; k++)
        {
            var at = k;
            Assert.False(Hold(ours.Proofs, [.. theirs.Proofs.Select((proof, i) => i == at ? Bent(proof) : proof)]));
        }
        Assert.False(Hold([Bent(ours.Proofs[0]), ours.Proofs[1] with { Response = Group.SubtractPublic(ours.Proofs[1].Response, Group.One) }], theirs.Proofs));
        Assert.False(ProofClaims.AllHold(Group, [new(second, ours.Statements, ours.Proofs)], _random));
        Assert.True(ProofClaims.AllHold(Group, [], _random));
    }

    [Fact]
    public void Proofs_of_several_messages_are_read_each_for_itself()
    {
        var context = SchnorrContext.OfConstants(One, Prover);
        byte[] Encoded(int count) => [.. Prove(count, context).Proofs.SelectMany(proof => proof.Encode())];
        var size = SchnorrProof.Size(Group);
        byte[] three = Encoded(3), one = Encoded(1), badNonce = Encoded(2), badResponse = Encoded(2);
        badNonce.AsSpan(size, Group.PointSize).Fill(0xff);
        badResponse.AsSpan(size + Group.PointSize, 32).Fill(0xff);
        var read = SchnorrProof.DecodeEach(Group, [three, badNonce, one, badResponse, Array.Empty<byte>()]);
        Assert.Equal([3, -1, 1, -1, 0], read.Select(proofs => proofs?.Length ?? -1));
        Assert.Equal(three, read[0]!.SelectMany(proof => proof.Encode()));
        Assert.Equal(one, read[2]!.SelectMany(proof => proof.Encode()));
    }

    [Fact]
    public void A_confirmation_is_read_in_its_exact_length()
    {
        using var shares = SecretScalars.Random(Group, 2, _random);
        var confirmation = ShareConfirmation.Prove(Group, One, Two, Prover, shares, shares.MultiplyBase(), _random);
        var bytes = confirmation.Encode();
        Assert.Equal(ShareConfirmation.Size(Group, 2), bytes.Length);
        Assert.Equal((One, Two), ShareConfirmation.ReadEchoes(bytes));
        Assert.True(ShareConfirmation.TryDecode(Group, 2, bytes, out var read));
        Assert.Equal(bytes, read.Encode());
        Assert.Equal(bytes[64..], ShareConfirmation.ProofsOf(bytes).ToArray());
        foreach (var other in new[] { [], bytes[..^1], [.. bytes, 0], bytes[..^SchnorrProof.Size(Group)], [.. bytes, .. bytes[^SchnorrProof.Size(Group)..]] })
            Assert.False(ShareConfirmation.TryDecode(Group, 2, other, out _));
        bytes.AsSpan(64, Group.PointSize).Fill(0xff);
        Assert.False(ShareConfirmation.TryDecode(Group, 2, bytes, out _));
    }
}
