using System.Security.Cryptography;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Documents.Rosters;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>Evidence on the command line, without a node: a file and a roster are all that a third party has.</summary>
[Trait("row", "X-evidence")]
public sealed class EvidenceTests : IDisposable
{
    private static readonly PartyId Cheater = new(7);
    private static readonly DateTimeOffset FoundAt = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-evidence-").FullName;
    private readonly Committee _committee = Committee.OfSize(3);
    private readonly Roster _roster;

    public EvidenceTests()
    {
        using var alice = Ed25519KeyFile.Create(In(AdministratorFolder.SigningKey));
        File.WriteAllText(In(ClientFolder.AdministratorKey), Convert.ToHexStringLower(alice.PublicKey.Span) + "\n");
        var nodes = _committee.Parties.Select(party => new RosterNode(
            party.Nid, $"node-{party.Pid}", _committee.Identities[party.Nid].Bytes.ToArray(), [new(SHA256.HashData(BitConverter.GetBytes(party.Pid.Value)))], $"node-{party.Pid}.example:1"));
        var bytes = RosterDocument.Write(new Roster(default, 1, "evidence", [.. nodes.OrderBy(node => node.Nid)], [], [new("alice", alice.PublicKey)]));
        File.WriteAllBytes(In(ClientFolder.Roster), bytes);
        Assert.True(RosterDocument.TryParse(bytes, out var roster, out var errors), string.Join('\n', errors));
        _roster = roster;
    }

    public void Dispose()
    {
        _committee.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string In(string file) => Path.Combine(_folder, file);

    private string Write(string name, EvidenceFile file)
    {
        File.WriteAllBytes(In(name), EvidenceFileEncoding.Encode(file));
        return In(name);
    }

    private EvidenceFile FileOf(FaultKind kind, PartyId? culprit, EvidenceSubject subject, params IReadOnlyList<ISignedEvidence> statements) =>
        new(_roster.Cluster, _roster.Version, _roster.Hash, _committee.Parties[0].Nid, FoundAt, kind, culprit, null, subject, statements);

    /// <summary>The cheater's share is one too high, and signed.</summary>
    private EvidenceFile BadShare()
    {
        using var run = new DkgRun(_committee, _committee.Input(2));
        var result = run.Results[_committee.Pids[0]];
        var acks = new AckCollector(AckTerms.Of(result), _committee.Identities);
        foreach (var pid in _committee.Pids)
            Assert.Null(acks.Add(pid, run.Results[pid].SignAck(_committee.Identity(pid))));
        var (record, group) = (result.Records[0], Groups.For(Curve.Edwards25519));
        FrostRequest? asked = null;
        var signing = new FrostRun
        {
            Committee = _committee, Record = record, Shares = run.Results.ToDictionary(pair => pair.Key, pair => pair.Value.Shares[0]), Signers = [_committee.Pids[0], Cheater],
            Tamper = (signer, type, payload) =>
            {
                if (type == MessageType.FrostRequest)
                    Assert.True(FrostRequest.TryDecode(record, KeyRecordHash.Compute(record), payload, out asked, out _));
                if (type != MessageType.FrostShare || signer != Cheater)
                    return payload;
                Assert.True(group.TryDecodeScalar(payload.AsSpan(0, 32), out var z));
                return FrostShare.Sign(signer, asked!, group.AddPublic(z, group.One), _committee.Identity(signer)).EncodePayload();
            },
        }.Go();
        var accusation = Assert.Single(signing.Fault!.Accusations);
        foreach (var share in signing.Shares.Values)
            share.Dispose();
        var subject = new EvidenceSubject.Signing(record, acks.ForKey(result.RecordHashes, 0).Encode(), []);
        return FileOf(accusation.Kind, accusation.Culprit, subject, accusation.Evidence);
    }

    /// <summary>What two nodes received in round 1 of one session from somebody who told them different things, and something honest beside it.</summary>
    private (EvidenceFile One, EvidenceFile Other) TwoViews(byte session = 1)
    {
        var order = new SignedRequest("make keys"u8.ToArray(), new(SHA256.HashData("client"u8)), new byte[64]);
        var sid = new byte[32];
        sid[31] = session;
        Assert.True(DkgInput.TryCreate(
            Suite.FrostEd25519, OrderHash.Compute(OrderKind.Creation, new(SHA256.HashData(order.Body.Span)), order.Client.Value), 1, 2, _committee.Parties, _committee.Parties[0].Nid, new(sid), out var input, out _));
        SignedStatement Commitment(PartyId from, byte story)
        {
            var unsigned = new SignedStatement(input.Context, 1, from, 0, null, (byte[])[.. input.Context.ToArray(), .. SHA256.HashData([story])], default);
            return unsigned with { Signature = _committee.Identity(from).Sign(unsigned.Digest()) };
        }
        var honest = Commitment(_committee.Pids[0], 0);
        var subject = new EvidenceSubject.KeyGeneration(order, input);
        return (FileOf(FaultKind.CommitmentEchoMismatch, null, subject, honest, Commitment(Cheater, 1)), FileOf(FaultKind.CommitmentEchoMismatch, null, subject, honest, Commitment(Cheater, 2)));
    }

    [Fact]
    [Trait("row", "F-BadSignatureShare")]
    public async Task A_roster_and_a_file_convict_a_cheater()
    {
        var file = Write("evidence.bin", BadShare());
        var json = (await CliRun.Of("evidence", "verify", file, "--roster", In(ClientFolder.Roster), "--output", "json")).Ends(0).Json;
        Assert.True(json.GetProperty("convicts").GetBoolean());
        var verdict = Assert.Single(json.GetProperty("verdicts").EnumerateArray());
        Assert.Equal(("convicts", "BadSignatureShare", "node-7", 7), (verdict.GetProperty("finding").GetString(), verdict.GetProperty("fault").GetString(), verdict.GetProperty("node").GetString(), verdict.GetProperty("party").GetInt32()));
        Assert.Equal(Convert.ToHexStringLower(_committee.Identity(Cheater).PublicKey.Bytes), verdict.GetProperty("identity_key").GetString());
        Assert.Equal(_roster.Hash.ToString(), json.GetProperty("roster").GetProperty("hash").GetString());
        Assert.False(json.GetProperty("roster").GetProperty("verified").GetBoolean());
        var text = (await CliRun.Of("evidence", "verify", file, "--roster", In(ClientFolder.Roster))).Ends(0).Output;
        Assert.Contains("CONVICTS   Node node-7 (party 7) signed a signature share", text, StringComparison.Ordinal);
        Assert.Contains(_roster.Hash.ToString(), text, StringComparison.Ordinal);
        Assert.Contains("compare this hash", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_a_signed_chain_is_verified_first()
    {
        var file = Write("evidence.bin", BadShare());
        Assert.Equal("CONFIGURATION", (await CliRun.Of("evidence", "verify", file, "--roster", _folder, "--output", "json")).Ends(2).Reason);
        (await CliRun.Of("roster", "sign", In(ClientFolder.Roster), "--admin", _folder)).Ends(0);
        var run = (await CliRun.Of("evidence", "verify", file, "--roster", _folder, "--output", "json")).Ends(0);
        Assert.True(run.Json.GetProperty("roster").GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Fabrications_convict_nobody_and_end_with_code_4()
    {
        var true_ = BadShare();
        var share = (FrostShare)true_.Statements[0];
        (string Name, EvidenceFile File, string Finding)[] fabrications =
        [
            ("culprit", true_ with { Culprit = _committee.Pids[0] }, "not_shown"),
            ("kind", true_ with { Kind = FaultKind.BadDealtShare }, "not_shown"),
            ("unsigned", true_ with { Statements = [share with { Signature = new byte[64] }] }, "bad_signature"),
            ("record", true_ with { Subject = ((EvidenceSubject.Signing)true_.Subject) with { Certificate = default } }, "not_certified"),
            ("cluster", true_ with { Cluster = new(SHA256.HashData("another"u8)) }, "other_cluster"),
        ];
        foreach (var (name, fabricated, finding) in fabrications)
        {
            var run = (await CliRun.Of("evidence", "verify", Write(name, fabricated), "--roster", In(ClientFolder.Roster), "--output", "json")).Ends(4);
            Assert.False(run.Json.GetProperty("convicts").GetBoolean());
            Assert.Equal(finding, Assert.Single(run.Json.GetProperty("verdicts").EnumerateArray()).GetProperty("finding").GetString());
            var text = (await CliRun.Of("evidence", "verify", In(name), "--roster", In(ClientFolder.Roster))).Ends(4).Output;
            Assert.Contains("does not convict: ", text, StringComparison.Ordinal);
            Assert.DoesNotContain("CONVICTS", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Trait("row", "F-Equivocation")]
    public async Task Two_nodes_files_together_convict_who_told_two_stories()
    {
        var (one, other) = TwoViews();
        var (ours, theirs, elsewhere) = (Write("ours.bin", one), Write("theirs.bin", other), Write("elsewhere.bin", TwoViews(session: 2).Other));
        var roster = In(ClientFolder.Roster);
        var alone = (await CliRun.Of("evidence", "verify", ours, "--roster", roster, "--output", "json")).Ends(4).Json;
        Assert.Equal("names_nobody", alone.GetProperty("verdicts")[0].GetProperty("finding").GetString());
        var both = (await CliRun.Of("evidence", "verify", ours, theirs, "--roster", roster, "--output", "json")).Ends(0).Json;
        Assert.Equal(("Equivocation", "node-7"), (both.GetProperty("verdicts")[0].GetProperty("fault").GetString(), both.GetProperty("verdicts")[0].GetProperty("node").GetString()));
        Assert.Equal(1, both.GetProperty("verdicts").GetArrayLength());
        Assert.Equal("no_contradiction", (await CliRun.Of("evidence", "verify", ours, ours, "--roster", roster, "--output", "json")).Ends(4).Json.GetProperty("verdicts")[0].GetProperty("finding").GetString());
        Assert.Equal("other_session_than_first", (await CliRun.Of("evidence", "verify", ours, elsewhere, "--roster", roster, "--output", "json")).Ends(4).Json.GetProperty("verdicts")[0].GetProperty("finding").GetString());
    }

    [Fact]
    public async Task Rejects_what_is_no_evidence_with_code_2()
    {
        var bytes = EvidenceFileEncoding.Encode(BadShare());
        (string Name, byte[] Content)[] files = [("empty", []), ("cut", bytes[..^1]), ("longer", [.. bytes, 0]), ("another", "MPCEsomething"u8.ToArray()), ("text", "not evidence"u8.ToArray())];
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(In(name), content);
            var run = (await CliRun.Of("evidence", "verify", In(name), "--roster", In(ClientFolder.Roster), "--output", "json")).Ends(2);
            Assert.Equal("USAGE", run.Reason);
        }
        Assert.Equal("FILE", (await CliRun.Of("evidence", "verify", In("missing"), "--roster", In(ClientFolder.Roster), "--output", "json")).Ends(2).Reason);
        File.WriteAllBytes(In("good"), bytes);
        Assert.Equal(2, (await CliRun.Of("evidence", "verify", In("good"), "--roster", In("no-roster.yaml"), "--output", "json")).Code);
    }
}
