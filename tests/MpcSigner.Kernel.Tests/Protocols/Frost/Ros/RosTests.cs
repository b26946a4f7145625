using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost.Ros;

/// <summary>256 nonces open at once, and a coordinator that asks about them as it likes (spec §19.4: concurrency is safe, by the binding factors).</summary>
[Trait("row", "X-ros")]
public sealed class RosTests
{
    /// <summary>No group of ours has an order of more bits.</summary>
    private const int Sessions = 256;

    public static TheoryData<Suite, QuestionBy> Cases { get; } = new()
    {
        { Suite.FrostEd25519, QuestionBy.Message },
        { Suite.FrostEd25519, QuestionBy.OwnCommitment },
        { Suite.FrostSecp256k1, QuestionBy.Message },
        { Suite.FrostSecp256k1, QuestionBy.OwnCommitment },
    };

    private static ReadOnlySpan<byte> Never => "everything to the coordinator"u8;

    /// <summary>The control: the attack is right, and what follows would fail without binding factors.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_attack_forges_where_nonces_are_bound_to_nothing(Suite suite, QuestionBy by)
    {
        var attack = new RosAttack(new SingleNonceSessions(suite, by, Sessions));
        Assert.True(attack.Forge(Never));
        Assert.True(attack.IsSettled);
    }

    /// <summary>Every answer is in order, and their challenges add up to that of the forgery; but the nonces that were answered are not those that it was computed for.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void The_attack_fails_against_binding_factors(Suite suite, QuestionBy by)
    {
        using var sessions = new FrostSessions(suite, by, Sessions);
        var attack = new RosAttack(sessions);
        Assert.False(attack.Forge(Never));
        Assert.Equal(Sessions, sessions.Valid);
        Assert.False(attack.IsSettled);
        Assert.Equal(attack.Challenge, attack.SumOfChallenges);
        Assert.NotEqual(attack.Nonce, attack.SumOfNonces);
        var group = sessions.Group;
        Assert.Equal(attack.SumOfNonces, group.Subtract(group.MultiplyBasePublic(attack.Response), group.MultiplyPublic(attack.Challenge, sessions.PublicKey)));
        Assert.False(sessions.Verifies(Never, attack.SumOfNonces, attack.Response));
    }

    /// <summary>All commitments are out before the first question, and the questions come in another order.</summary>
    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Honest_sessions_all_verify(Suite suite)
    {
        using var key = new SigningKey(2, 2, $"open {suite}", suite);
        var group = FrostSuite.For(suite).Group;
        var coordinator = key.Committee.Nid(key.Committee.Pids[0]);
        var open = Enumerable.Range(0, Sessions).Select(i => key.Committee.Pids.Select(pid =>
            FrostNonces.Generate(key.Record, pid, key.Shares[pid], coordinator, new DeterministicRandom("open", $"{i}/{pid}"))).ToArray()).ToArray();
        HashSet<string> signatures = [];
        foreach (var i in Enumerable.Range(0, Sessions).OrderBy(i => i * 149 % Sessions))
        {
            var message = System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(i));
            var request = new FrostRequest(new(new byte[32]), key.Hash, message, [], FrostMode.None, default, [.. open[i].Select(nonces => nonces.Commitment)]);
            Assert.True(FrostEquation.TryCreate(key.Record, request, out var equation, out _));
            var sum = group.Zero;
            foreach (var (pid, nonces) in key.Committee.Pids.Zip(open[i]))
            {
                var signed = Assert.IsType<FrostAnswer.Signed>(FrostSigner.Sign(key.Record, request, pid, key.Shares[pid], nonces, coordinator, key.Committee.Identity(pid)));
                Assert.True(group.TryDecodeScalar(signed.Share.Share.Span, out var share));
                sum = group.AddPublic(sum, share);
            }
            var signature = equation.TryFinish(sum);
            Assert.NotNull(signature);
            Assert.True(signatures.Add(Convert.ToHexString(signature)));
        }
    }
}
