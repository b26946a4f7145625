using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>A key generation of 2-of-3 and one refresh, reshare to 3-of-5 or recovery after it, from one seed as JSON. The format stands in tests/Vectors/maintenance/ORIGIN.md.</summary>
internal static class MaintenanceTranscript
{
    private static readonly int[] OldPids = [1, 7, 65535], NewPids = [7, 300, 301, 9000, 65535];

    public static string Of(ProtocolKind protocol, int count, string seed, Suite suite)
    {
        const int t = 2;
        using var old = new Committee(seed, OldPids);
        using var world = new Committee(seed, [.. OldPids.Union(protocol == ProtocolKind.Reshare ? NewPids : []).Order()]);
        using var generation = new DkgRun(old, old.Input(t, count, suite: suite), order: seed);
        using var before = KeyBatch.Of(generation);
        var terms = KeyBatch.TermsOf(protocol switch
        {
            ProtocolKind.Refresh => before.Refresh(),
            ProtocolKind.Reshare => before.Reshare(world, [new(1), new(65535)], 3, NewPids),
            _ => before.Recover([new(1), new(65535)], new(7)),
        });
        using var run = new MaintenanceRun(world, before, terms, seed);
        var first = run.Results[terms.Members[0].Pid];
        var transcript = Transcript.ToNode(new
        {
            format = "mpcsigner-maintenance-1",
            protocol = protocol.ToString().ToLowerInvariant(),
            generation = Transcript.KeyGeneration(old, generation, t, suite),
            members = terms.Members.Select(member => new
            {
                pid = (int)member.Pid.Value, nid = member.Nid.ToString(), identity = world.Identity(member.Pid).PublicKey.ToString(),
            }),
            dealers = Numbers(terms.Dealers),
            newThreshold = (int)terms.NewThreshold,
            newParties = Numbers(terms.NewParties),
            order = terms.Order.ToString(),
            start = Transcript.Hex(run.Input.Encode()),
            context = run.Input.Context.ToString(),
            messages = run.Sent.OrderBy(m => m.Round).ThenBy(m => m.From).ThenBy(m => m.To).Select(m => new
            {
                round = (int)m.Round, from = (int)m.From.Value, to = (int)m.To.Value, payload = Transcript.Hex(m.Payload),
            }),
            t1 = Transcript.Hex(run.Sent.First(message => message.Round == 2).Payload[..Digest32.Size]),
            t2 = first.T2.ToString(),
            records = first.Records.Select(record => Transcript.Hex(KeyRecordEncoding.Encode(record))),
            recordHashes = first.RecordHashes.Select(hash => hash.ToString()),
            recordsRoot = first.RecordsRoot.ToString(),
            shares = run.Results.Where(pair => pair.Value.Shares is not null).OrderBy(pair => pair.Key).Select(pair => new
            {
                pid = (int)pair.Key.Value, values = Enumerable.Range(0, count).Select(k => ShareOf(run, pair.Key, k)),
            }),
            ack = protocol == ProtocolKind.Recovery ? null : first.AckTerms.Digest.ToString(),
            certificate = protocol == ProtocolKind.Recovery ? null : Certificate(world, run, first.AckTerms),
        });
        return Transcript.Write(transcript.AsObject());
    }

    private static IEnumerable<int> Numbers(IEnumerable<(PartyId Pid, NodeId Nid)> parties) => parties.Select(party => (int)party.Pid.Value);

    private static string Certificate(Committee world, MaintenanceRun run, AckTerms terms)
    {
        var collector = new AckCollector(terms, world.Identities);
        foreach (var (pid, _) in terms.Parties)
        {
            if (collector.Add(pid, run.Results[pid].SignAck(world.Identity(pid))) is { } accusation)
                throw new InvalidOperationException($"{accusation.Kind}");
        }
        return Transcript.Hex(collector.EncodeCertificate());
    }

    private static string ShareOf(MaintenanceRun run, PartyId pid, int k)
    {
        using var share = run.Results[pid].Shares![k];
        return Transcript.Hex(share.ToPublic().Encode());
    }
}
