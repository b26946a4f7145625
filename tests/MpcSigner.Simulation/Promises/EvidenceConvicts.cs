using System.Text;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>What an honest node keeps as evidence convicts by itself whom it names, and no honest node, alone or held against another's; a log entry of the same commit names it.</summary>
public sealed class EvidenceConvicts(World world) : Promise(world)
{
    private readonly Dictionary<Digest32, List<EvidenceFile>> _views = [];

    public override string Name => "P9_Evidence_convicts_cheaters_and_nobody_else";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit commit)
            return;
        foreach (var put in commit.Writes.OfType<StoreWrite.PutEvidence>())
        {
            Require(EvidenceFileEncoding.TryDecode(put.File.Span, out var file, out var fault), $"{node.Roster.Name} keeps what is no evidence: {fault}");
            Require(EvidenceFile.IdOf(put.File.Span) == put.Row.Id, $"{node.Roster.Name} keeps evidence under a false name");
            Require(commit.Writes.OfType<StoreWrite.Append>().Any(append => append.Entry.Kind is AuditKind.PeerFault or AuditKind.EvidenceKept
                && Encoding.UTF8.GetString(append.Entry.Detail.Span).Contains($"{put.Row.Id}", StringComparison.Ordinal)), $"{node.Roster.Name} keeps evidence {put.Row.Id} that its log does not name");
            if (file!.Culprit is not null)
            {
                var verdict = Court(node).Judge(file);
                Require(verdict.Convicts && verdict.Node == put.Row.Culprit, $"{node.Roster.Name} keeps evidence that proves nothing: {verdict}");
                RequireCheater(verdict);
            }
            else if (file.Subject.Context is { } context)
            {
                Compare(node, context, file);
            }
        }
    }

    private void Compare(SimulatedNode node, Digest32 context, EvidenceFile file)
    {
        if (!_views.TryGetValue(context, out var views))
            _views.Add(context, views = []);
        foreach (var verdict in views.SelectMany(view => Court(node).Compare(view, file)).Where(verdict => verdict.Convicts))
        {
            World.Chronicle.Write(World.Cluster.Time.Now, node.Roster.Name, $"holds evidence that convicts {NameOf(verdict.Node!.Value)}");
            RequireCheater(verdict);
        }
        views.Add(file);
    }

    /// <summary>Nor is a node whose disk went back: in the sessions that it has forgotten it signs nothing again.</summary>
    private void RequireCheater(EvidenceVerdict verdict) =>
        Require(World.IsCheater(verdict.Node!.Value), $"an honest node is convicted: {verdict}");

    private static EvidenceCourt Court(SimulatedNode node) => new(new([node.InForce]));
}
