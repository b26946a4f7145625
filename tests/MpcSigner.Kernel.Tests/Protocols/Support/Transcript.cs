using System.Text.Json;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Kernel.Tests.Protocols.Support;

/// <summary>A whole run from one seed as JSON: key generation, acknowledgements, one signature at the key and one at a path. The format stands in tests/Vectors/transcripts/ORIGIN.md.</summary>
internal static class Transcript
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true };

    private static readonly uint[] ChildPath = [44, 501, 0];

    public static string Of(int t, int n, int count, string seed)
    {
        using var committee = Committee.OfSize(n, seed);
        var input = committee.Input(t, count);
        using var run = new DkgRun(committee, input, order: seed);
        var first = run.Results[committee.Pids[0]];
        var collector = new AckCollector(AckTerms.Of(first), committee.Identities);
        foreach (var pid in committee.Pids)
        {
            if (collector.Add(pid, run.Results[pid].SignAck(committee.Identity(pid))) is { } accusation)
                throw new InvalidOperationException($"{accusation.Kind}");
        }
        var t1 = run.Sent.First(message => message.Round == 2).Payload[..32];
        return JsonSerializer.Serialize(
            new
            {
                format = "mpcsigner-transcript-1",
                seed,
                suite = "frost-ed25519",
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
                t1 = Hex(t1),
                t2 = first.T2.ToString(),
                records = first.Records.Select(record => Hex(KeyRecordEncoding.Encode(record))),
                recordHashes = first.RecordHashes.Select(hash => hash.ToString()),
                recordsRoot = first.RecordsRoot.ToString(),
                shares = committee.Pids.Select(pid => new { pid = (int)pid.Value, values = Enumerable.Range(0, count).Select(k => ShareOf(run, pid, k)) }),
                ack = first.AckDigest.ToString(),
                certificate = Hex(collector.EncodeCertificate()),
                lastKeyCertificate = Hex(collector.ForKey(first.RecordHashes, count - 1).Encode()),
                signatures = new[] { Sign(committee, run, [], "key"), Sign(committee, run, ChildPath, "child") },
            },
            Format) + "\n";
    }

    private static object Sign(Committee committee, DkgRun run, uint[] path, string name)
    {
        var record = run.Results[committee.Pids[0]].Records[^1];
        var shares = run.Results.ToDictionary(pair => pair.Key, pair => pair.Value.Shares[run.Results[pair.Key].Records.Count - 1]);
        var signing = new FrostRun
        {
            Committee = committee, Record = record, Shares = shares, Path = path, Run = $"sign/{name}", Signers = [.. committee.Pids.TakeLast(record.Threshold)],
        }.Go();
        foreach (var share in shares.Values)
            share.Dispose();
        return new
        {
            key = run.Results[committee.Pids[0]].Records.Count - 1,
            path,
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

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
