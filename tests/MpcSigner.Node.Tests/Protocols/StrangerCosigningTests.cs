using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Node.Tests.Protocols;

/// <summary>One of two signers is @noble/curves' FROST, the other ours; either of them coordinates, and either has the lower number.</summary>
public sealed class StrangerCosigningTests
{
    private const int MostKeys = 64;

    private sealed record Way(KeyMaker Maker, FrostMode Mode, byte[] Root);

    private sealed record Outcome(byte[]? Signature, IReadOnlyList<int> Blamed);

    public static TheoryData<Suite, bool, bool> Combinations()
    {
        var data = new TheoryData<Suite, bool, bool>();
        foreach (var suite in new[] { Suite.FrostEd25519, Suite.FrostSecp256k1Taproot })
            foreach (var weCoordinate in new[] { true, false })
                foreach (var weAreFirst in new[] { true, false })
                    data.Add(suite, weCoordinate, weAreFirst);
        return data;
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task A_stranger_and_we_sign_together(Suite suite, bool weCoordinate, bool weAreFirst)
    {
        using var stranger = await Stranger.StartAsync();
        foreach (var way in WaysOf(suite))
        {
            // Taproot: at least two keys of either parity, and signatures with R of either parity.
            var (keys, nonces) = (new int[2], new int[2]);
            for (var i = 0; keys.Min() < 2 || nonces.Min() < 2; i++)
            {
                Assert.True(i < MostKeys, $"{way}: parities stay one-sided");
                using var key = await SharedKey.MakeAsync(stranger, suite, way.Maker, $"stranger/{way.Maker}/{i}");
                var session = new Session(stranger, key, way, weCoordinate, weAreFirst);
                var theirs = await key.GiveAsync(stranger, session.Theirs, way.Mode == FrostMode.KeyPath ? way.Root : null);
                var outcome = await session.SignAsync();

                Assert.Empty(outcome.Blamed);
                Assert.Equal(64, outcome.Signature!.Length);
                await AssertHoldsAsync(session, theirs, outcome.Signature);
                if (suite == Suite.FrostEd25519)
                {
                    (keys, nonces) = ([keys[0] + 1, keys[1] + 1], [2, 2]);
                    continue;
                }
                keys[key.Record.PublicKey.Span[0] - 2]++;
                nonces[session.CommitmentIsOdd ? 1 : 0]++;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task Who_cheats_is_named_by_the_other(Suite suite, bool weCoordinate, bool weAreFirst)
    {
        using var stranger = await Stranger.StartAsync();
        using var key = await SharedKey.MakeAsync(stranger, suite, KeyMaker.OurKeyGeneration, "cheat");
        var session = new Session(stranger, key, new(KeyMaker.OurKeyGeneration, FrostMode.None, []), weCoordinate, weAreFirst) { SignerCheats = true };
        await key.GiveAsync(stranger, session.Theirs, null);
        var outcome = await session.SignAsync();

        Assert.Null(outcome.Signature);
        Assert.Equal([weCoordinate ? session.Theirs.Value : session.Ours.Value], outcome.Blamed);
    }

    private static IEnumerable<Way> WaysOf(Suite suite)
    {
        foreach (var maker in Enum.GetValues<KeyMaker>())
            yield return new(maker, FrostMode.None, []);
        if (suite != Suite.FrostSecp256k1Taproot)
            yield break;
        foreach (var maker in new[] { KeyMaker.TheirDealer, KeyMaker.OurKeyGeneration })
        {
            yield return new(maker, FrostMode.KeyPath, []);
            yield return new(maker, FrostMode.KeyPath, SHA256.HashData("a tree of scripts"u8));
        }
    }

    /// <summary>Both verify, each by its own code; another message fails with both.</summary>
    private static async Task AssertHoldsAsync(Session session, byte[] publicKey, byte[] signature)
    {
        foreach (var (message, expected) in new[] { (session.Message, true), (SHA256.HashData("another message"u8), false) })
        {
            Assert.Equal(expected, session.Suite == Suite.FrostEd25519
                ? Ed25519Signature.Verify(publicKey, message, signature)
                : Bip340Signature.Verify(publicKey.AsSpan(1), message, signature));
            var judged = await session.Stranger.AskAsync(new JsonObject { ["do"] = "verify", ["message"] = Hex(message), ["signature"] = Hex(signature) });
            Assert.Equal(expected, judged.GetProperty("valid").GetBoolean());
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>One signature of us and the stranger.</summary>
    private sealed class Session(Stranger stranger, SharedKey key, Way way, bool weCoordinate, bool weAreFirst)
    {
        private readonly IGroup _group = Groups.For(key.Record.Suite.Curve());

        public Stranger Stranger => stranger;

        public Suite Suite => key.Record.Suite;

        public PartyId Ours { get; } = key.Committee.Pids[weAreFirst ? 0 : 2];

        public PartyId Theirs { get; } = key.Committee.Pids[weAreFirst ? 2 : 0];

        public byte[] Message { get; } = SHA256.HashData("a message"u8);

        /// <summary>Whoever does not coordinate adds one to its share.</summary>
        public bool SignerCheats { get; init; }

        /// <summary>Parity of R as our signer computed it.</summary>
        public bool CommitmentIsOdd { get; private set; }

        public async Task<Outcome> SignAsync()
        {
            var coordinator = key.Committee.Nid(weCoordinate ? Ours : Theirs);
            using var nonces = FrostNonces.Generate(key.Record, Ours, key.Share(Ours), coordinator, SystemRandomSource.Instance);
            var theirs = Convert.FromHexString((await stranger.AskAsync(new JsonObject { ["do"] = "commit" })).GetProperty("commitment").GetString()!);
            return weCoordinate ? await CoordinateAsync(nonces, theirs) : await FollowAsync(nonces, theirs);
        }

        private async Task<Outcome> CoordinateAsync(FrostNonces nonces, byte[] theirs)
        {
            var coordination = new FrostCoordination(key.Record, [Ours, Theirs], Message, [], way.Mode, way.Root, Osid(), key.Committee.Identities);
            var commitments = coordination.NewInbox(MessageType.FrostCommitment);
            Assert.Equal(InboxVerdict.Accepted, commitments.Add(Ours, new(new PayloadBuffer(nonces.Commitment.Encode()))));
            Assert.Equal(InboxVerdict.Accepted, commitments.Add(Theirs, new(new PayloadBuffer(theirs))));
            var asked = Assert.IsType<Transition<CollectingFrostShares>.Advance>(new CollectingFrostCommitments(coordination, new()).Complete(commitments));
            asked.Outbox.Dispose();
            var request = asked.Next.Request;

            var shares = coordination.NewInbox(MessageType.FrostShare);
            Assert.Equal(InboxVerdict.Accepted, shares.Add(Ours, new(new PayloadBuffer(SignOurs(request, nonces).EncodePayload()))));
            var z = await TheirShareAsync(nonces, theirs);
            var carried = FrostShare.Sign(Theirs, request, SignerCheats ? _group.AddPublic(z, _group.One) : z, key.Committee.Identity(Theirs));
            Assert.Equal(InboxVerdict.Accepted, shares.Add(Theirs, new(new PayloadBuffer(carried.EncodePayload()))));
            switch (asked.Next.Complete(shares))
            {
                case Transition<FrostSignature>.Advance advance:
                    return new(advance.Next.Signature.ToArray(), []);
                case Transition<FrostSignature>.Abort abort:
                    Assert.All(abort.Fault.Accusations, accusation => Assert.Equal(FaultKind.BadSignatureShare, accusation.Kind));
                    return new(null, [.. abort.Fault.Accusations.Select(accusation => (int)accusation.Culprit.Value)]);
                default:
                    throw new InvalidOperationException();
            }
        }

        private async Task<Outcome> FollowAsync(FrostNonces nonces, byte[] theirs)
        {
            Assert.True(FrostCommitment.TryDecode(_group, Theirs, theirs, out var commitment));
            FrostCommitment[] both = weAreFirst ? [nonces.Commitment, commitment] : [commitment, nonces.Commitment];
            var recordHash = KeyRecordHash.Compute(key.Record);
            var sent = new FrostRequest(Osid(), recordHash, Message, [], way.Mode, way.Root, both).Encode();
            Assert.True(FrostRequest.TryDecode(key.Record, recordHash, sent, out var request, out _));
            Assert.True(_group.TryDecodeScalar(SignOurs(request, nonces).Share.Span, out var ours));

            var answer = await stranger.AskAsync(new JsonObject
            {
                ["do"] = "aggregate", ["message"] = Hex(Message), ["commitments"] = Commitments(nonces, theirs),
                ["shares"] = new JsonObject
                {
                    [$"{Ours.Value}"] = Hex((SignerCheats ? _group.AddPublic(ours, _group.One) : ours).Encode()),
                    [$"{Theirs.Value}"] = Hex((await TheirShareAsync(nonces, theirs)).Encode()),
                },
            });
            return answer.TryGetProperty("signature", out var signature)
                ? new(Convert.FromHexString(signature.GetString()!), [])
                : new(null, [.. answer.GetProperty("cheaters").EnumerateArray().Select(pid => pid.GetInt32())]);
        }

        private FrostShare SignOurs(FrostRequest request, FrostNonces nonces)
        {
            var answer = FrostSigner.Sign(key.Record, request, Ours, key.Share(Ours), nonces, nonces.Coordinator, key.Committee.Identity(Ours));
            var signed = Assert.IsType<FrostAnswer.Signed>(answer);
            CommitmentIsOdd = signed.Commitment.Span[0] == 3;
            return signed.Share;
        }

        private async Task<PublicScalar> TheirShareAsync(FrostNonces nonces, byte[] theirs)
        {
            var answer = await stranger.AskAsync(new JsonObject { ["do"] = "sign", ["message"] = Hex(Message), ["commitments"] = Commitments(nonces, theirs) });
            Assert.True(_group.TryDecodeScalar(Convert.FromHexString(answer.GetProperty("share").GetString()!), out var z));
            return z;
        }

        private JsonObject Commitments(FrostNonces nonces, byte[] theirs) =>
            new() { [$"{Ours.Value}"] = Hex(nonces.Commitment.Encode()), [$"{Theirs.Value}"] = Hex(theirs) };

        private static Bytes32 Osid()
        {
            Span<byte> bytes = stackalloc byte[Bytes32.Size];
            SystemRandomSource.Instance.Fill(bytes);
            return new(bytes);
        }
    }
}
