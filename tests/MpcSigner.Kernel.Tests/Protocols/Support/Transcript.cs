using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>A whole run from one seed as JSON: key generation, acknowledgements, one signature at the key and one at a path. The format stands in tests/Vectors/transcripts/ORIGIN.md.</summary>
internal static class Transcript
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private static readonly uint[] ChildPath = [44, 501, 0];

    public static string Of(int t, int n, int count, string seed, Suite suite = Suite.FrostEd25519)
    {
        using var committee = Committee.OfSize(n, seed);
        using var run = new DkgRun(committee, committee.Input(t, count, suite: suite), order: seed);
        var transcript = KeyGeneration(committee, run, t, suite);
        transcript["signatures"] = ToNode(Cases(suite).Select(one => Sign(committee, run, suite, one)));
        return Write(transcript);
    }

    /// <summary>The part about key generation.</summary>
    public static JsonObject KeyGeneration(Committee committee, DkgRun run, int t, Suite suite)
    {
        var first = run.Results[committee.Pids[0]];
        var (input, count) = (run.Parties[committee.Pids[0]].Session.Input, first.Records.Count);
        var collector = new AckCollector(AckTerms.Of(first), committee.Identities);
        foreach (var pid in committee.Pids)
        {
            if (collector.Add(pid, run.Results[pid].SignAck(committee.Identity(pid))) is { } accusation)
                throw new InvalidOperationException($"{accusation.Kind}");
        }
        return ToNode(new
        {
            format = "mpcsigner-transcript-1",
            seed = committee.Seed,
            suite = suite.HashName(),
            curve = suite == Suite.FrostEd25519 ? null : suite.Curve().HashName(),
            threshold = t,
            keys = count,
            parties = committee.Parties.Select(party => new
            {
                pid = (int)party.Pid.Value, nid = party.Nid.ToString(), identity = committee.Identity(party.Pid).PublicKey.ToString(),
            }),
            start = Hex(input.Encode()),
            order = input.Order.ToString(),
            dctx = input.Context.ToString(),
            messages = run.Sent.OrderBy(m => m.Round).ThenBy(m => m.From).ThenBy(m => m.To).Select(m => new
            {
                round = (int)m.Round, from = (int)m.From.Value, to = (int)m.To.Value, payload = Hex(m.Payload),
            }),
            t1 = Hex(run.Sent.First(message => message.Round == 2).Payload[..32]),
            t2 = first.T2.ToString(),
            records = first.Records.Select(record => Hex(KeyRecordEncoding.Encode(record))),
            recordHashes = first.RecordHashes.Select(hash => hash.ToString()),
            recordsRoot = first.RecordsRoot.ToString(),
            shares = committee.Pids.Select(pid => new { pid = (int)pid.Value, values = Enumerable.Range(0, count).Select(k => ShareOf(run, pid, k)) }),
            ack = first.AckDigest.ToString(),
            certificate = Hex(collector.EncodeCertificate()),
            lastKeyCertificate = Hex(collector.ForKey(first.RecordHashes, count - 1).Encode()),
        }).AsObject();
    }

    public static JsonNode ToNode(object value) => JsonSerializer.SerializeToNode(value, Format)!;

    public static string Write(JsonObject transcript) => transcript.ToJsonString(Format) + "\n";

    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private sealed record Case(string Name, uint[] Path, FrostMode Mode = FrostMode.None, byte[]? Root = null);

    /// <summary>One signature at the key and one at a path; Taproot also with either kind of tweak.</summary>
    private static IEnumerable<Case> Cases(Suite suite)
    {
        yield return new("key", []);
        yield return new("child", ChildPath);
        if (suite != Suite.FrostSecp256k1Taproot)
            yield break;
        yield return new("keypath", [], FrostMode.KeyPath);
        yield return new("script", ChildPath, FrostMode.KeyPath, SHA256.HashData("a tree of scripts"u8));
    }

    private static object Sign(Committee committee, DkgRun run, Suite suite, Case one)
    {
        var record = run.Results[committee.Pids[0]].Records[^1];
        var shares = run.Results.ToDictionary(pair => pair.Key, pair => pair.Value.Shares[run.Results[pair.Key].Records.Count - 1]);
        var signing = new FrostRun
        {
            Committee = committee, Record = record, Shares = shares, Run = $"sign/{one.Name}", Signers = [.. committee.Pids.TakeLast(record.Threshold)],
            Message = SigningKey.MessageOf(suite), Path = one.Path, Mode = one.Mode, Root = one.Root ?? [],
        }.Go();
        foreach (var share in shares.Values)
            share.Dispose();
        var named = suite == Suite.FrostSecp256k1Taproot;
        return new
        {
            name = named ? one.Name : null,
            key = run.Results[committee.Pids[0]].Records.Count - 1,
            path = one.Path,
            mode = named ? (int?)one.Mode : null,
            root = one.Root is { } root ? Hex(root) : null,
            message = Hex(signing.Message),
            commitments = Messages(signing, MessageType.FrostCommitment),
            request = Hex(signing.Sent.First(sent => sent.Type == MessageType.FrostRequest).Payload),
            shares = Messages(signing, MessageType.FrostShare),
            publicKey = Hex(signing.Signature!.PublicKey.ToArray()),
            signature = Hex(signing.Signature.Signature.ToArray()),
        };
    }

    private static object Messages(FrostRun run, MessageType type) =>
        run.Sent.Where(sent => sent.Type == type).Select(sent => new { pid = (int)sent.Signer.Value, payload = Hex(sent.Payload) });

    private static string ShareOf(DkgRun run, PartyId pid, int k)
    {
        using var share = run.Results[pid].Shares[k];
        return Hex(share.ToPublic().Encode());
    }
}
