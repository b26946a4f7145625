using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

public sealed class FrostEd25519ShareTests() : FrostShareContract(Suite.FrostEd25519);

public sealed class FrostSecp256k1ShareTests() : FrostShareContract(Suite.FrostSecp256k1);

public sealed class FrostTaprootShareTests() : FrostShareContract(Suite.FrostSecp256k1Taproot);

/// <summary>Shares and what they add up to (spec §19.6), for every ciphersuite.</summary>
public abstract class FrostShareContract(Suite suite) : IDisposable
{
    private readonly SigningKey _key = new(3, 4, suite: suite);

    private IGroup Group { get; } = Groups.For(suite.Curve());

    private PartyId[] Signers => [.. _key.Committee.Pids.Take(3)];

    public void Dispose() => _key.Dispose();

    private FrostRequest Decoded(byte[] payload)
    {
        Assert.True(FrostRequest.TryDecode(_key.Record, _key.Hash, payload, out var request, out _));
        return request;
    }

    private void AssertNextSigns() => Assert.NotNull(_key.Run(name: "next").Signature);

    /// <summary>A share that would be right under nonces which its signer did not commit to.</summary>
    [Fact]
    [Trait("row", "R04"), Trait("row", "F-BadSignatureShare")]
    public void Rejects_a_share_made_with_other_nonces_than_were_committed_to()
    {
        var cheater = Signers[1];
        FrostRequest? asked = null;
        var run = _key.Run((signer, type, payload) =>
        {
            if (type == MessageType.FrostRequest)
                asked = Decoded(payload);
            if (type != MessageType.FrostShare || signer != cheater)
                return payload;
            var coordinator = _key.Committee.Nid(Signers[0]);
            var others = FrostNonces.Generate(_key.Record, cheater, _key.Shares[cheater], coordinator, new DeterministicRandom("other", "nonces"));
            var pretended = asked! with { Commitments = [.. asked.Commitments.Select(c => c.Signer == cheater ? others.Commitment : c)] };
            var answer = Assert.IsType<FrostAnswer.Signed>(
                FrostSigner.Sign(_key.Record, pretended, cheater, _key.Shares[cheater], others, coordinator, _key.Committee.Identity(cheater)));
            Assert.True(Group.TryDecodeScalar(answer.Share.Share.Span, out var value));
            return FrostShare.Sign(cheater, asked, value, _key.Committee.Identity(cheater)).EncodePayload();
        });
        Assert.Null(run.Signature);
        Assert.Equal(FaultKind.BadSignatureShare, run.Fault!.Kind);
        Assert.Equal([cheater], run.Fault.Culprits);
        AssertNextSigns();
    }

    /// <summary>Every set of bad shares: no signature unless it is empty, and exactly its members are named.</summary>
    [Fact]
    [Trait("row", "R11"), Trait("row", "R01")]
    public void The_aggregate_is_a_signature_exactly_when_all_shares_are_right()
    {
        for (var bad = 0; bad < 8; bad++)
        {
            FrostRequest? asked = null;
            PartyId[] cheaters = [.. Signers.Where((_, i) => (bad >> i & 1) == 1)];
            var run = _key.Run((signer, type, payload) =>
            {
                if (type == MessageType.FrostRequest)
                    asked = Decoded(payload);
                if (type != MessageType.FrostShare || !cheaters.Contains(signer))
                    return payload;
                Assert.True(Group.TryDecodeScalar(payload.AsSpan(0, 32), out var value));
                var wrong = Group.AddPublic(value, Group.FromUInt64(signer.Value)); // no two wrongs add up to a right
                return FrostShare.Sign(signer, asked!, wrong, _key.Committee.Identity(signer)).EncodePayload();
            }, name: $"bad {bad}");
            Assert.Equal(bad == 0, run.Signature is not null);
            Assert.Equal(cheaters, run.Fault?.Culprits ?? []);
        }
    }

    [Fact]
    [Trait("row", "R12")]
    public void Fewer_than_t_shares_are_no_signature()
    {
        var run = _key.Run();
        var request = Decoded(run.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload);
        Assert.True(FrostEquation.TryCreate(_key.Record, request, out var equation, out _));
        var shares = run.Sent.Where(sent => sent.Type == MessageType.FrostShare).Select(sent =>
        {
            Assert.True(Group.TryDecodeScalar(sent.Payload.AsSpan(0, 32), out var value));
            return value;
        }).ToArray();
        PublicScalar Sum(IEnumerable<PublicScalar> values) => values.Aggregate(Group.Zero, Group.AddPublic);
        for (var left = 0; left < 3; left++)
        {
            Assert.Null(equation.TryFinish(Sum(shares.Where((_, i) => i != left))));
            Assert.Null(equation.TryFinish(shares[left]));
        }
        Assert.NotNull(equation.TryFinish(Sum(shares)));
    }

    /// <summary>What parallel sessions rest on (ROS): ρ of every signer changes with the message, the key and every entry of the list, its own or another's.</summary>
    [Fact]
    [Trait("row", "X-ros")]
    public void Binding_factors_are_bound_to_everything_that_is_asked()
    {
        var run = _key.Run();
        var request = Decoded(run.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload);
        var message = request.Message.ToArray();
        message[^1] ^= 1;
        FrostCommitment Other(FrostCommitment entry) => entry with { Binding = Group.Add(entry.Binding, Group.Generator) };
        FrostRequest[] requests =
        [
            request, request with { Message = message }, request with { Path = [1] },
            .. Enumerable.Range(0, 3).Select(changed => request with { Commitments = [.. request.Commitments.Select((entry, i) => i == changed ? Other(entry) : entry)] }),
        ];
        var factors = requests.SelectMany(asked =>
        {
            Assert.True(FrostEquation.TryCreate(_key.Record, asked, out var equation, out _));
            return Signers.Select(signer => equation.BindingFactorOf(signer));
        }).ToList();
        Assert.Equal(3 * requests.Length, factors.Distinct().Count());
    }

    /// <summary>Many sessions of one key open at once, all answered, and shares taken from one session into another.</summary>
    [Fact]
    [Trait("row", "X-ros"), Trait("row", "R01")]
    public void Shares_of_parallel_sessions_do_not_mix()
    {
        var runs = Enumerable.Range(0, 4).Select(i => _key.Run(name: $"parallel {i}")).ToArray();
        Assert.All(runs, run => Assert.NotNull(run.Signature));
        byte[] ShareOf(FrostRun run, PartyId signer) => run.Sent.First(sent => sent.Type == MessageType.FrostShare && sent.Signer == signer).Payload[..32];
        foreach (var signer in Signers)
        {
            Assert.Equal(runs.Length, runs.Select(run => Convert.ToHexString(ShareOf(run, signer))).Distinct().Count());
            foreach (var (run, other) in runs.Zip(runs.Skip(1)))
            {
                var request = Decoded(run.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload);
                Assert.True(FrostEquation.TryCreate(_key.Record, request, out var equation, out _));
                Assert.True(Group.TryDecodeScalar(ShareOf(run, signer), out var own) & Group.TryDecodeScalar(ShareOf(other, signer), out var foreign));
                Assert.True(equation.Holds(signer, own));
                Assert.False(equation.Holds(signer, foreign));
            }
        }
    }
}
