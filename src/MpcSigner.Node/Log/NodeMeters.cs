using System.Diagnostics.Metrics;
using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Node.Log;

/// <summary>The machine's observations as counters, for whatever listens to this process's meters. Labels are kinds and reasons, never ids.</summary>
internal static class NodeMeters
{
    public const string Name = "MpcSigner.Node";

    private static readonly Meter Source = new(Name);
    private static readonly Counter<long> Signatures = Source.CreateCounter<long>("mpcsigner.signatures", "{signature}");
    private static readonly Histogram<double> Durations = Source.CreateHistogram<double>("mpcsigner.signature.duration", "s");
    private static readonly Counter<long> FailedOver = Source.CreateCounter<long>("mpcsigner.signature.failovers", "{quorum}");
    private static readonly Counter<long> Taken = Source.CreateCounter<long>("mpcsigner.material.taken", "{piece}");
    private static readonly Counter<long> Made = Source.CreateCounter<long>("mpcsigner.material.made", "{piece}");
    private static readonly Counter<long> Refills = Source.CreateCounter<long>("mpcsigner.material.refills", "{session}");
    private static readonly Counter<long> Dropped = Source.CreateCounter<long>("mpcsigner.material.dropped", "{piece}");

    public static void Count(Observation observation)
    {
        switch (observation)
        {
            case Observation.SignatureCompleted seen:
                Signatures.Add(1, new KeyValuePair<string, object?>("suite", seen.Suite.ToString()));
                Durations.Record(seen.Took.TotalSeconds, new KeyValuePair<string, object?>("suite", seen.Suite.ToString()));
                break;
            case Observation.SigningFailedOver:
                FailedOver.Add(1);
                break;
            case Observation.MaterialTaken seen:
                Taken.Add(1, new KeyValuePair<string, object?>("ready", seen.Ready));
                break;
            case Observation.MaterialMade seen:
                Made.Add(seen.Count);
                Refills.Add(1, new KeyValuePair<string, object?>("made", true));
                break;
            case Observation.MaterialNotMade:
                Refills.Add(1, new KeyValuePair<string, object?>("made", false));
                break;
            case Observation.MaterialDropped seen:
                Dropped.Add(seen.Count, new("held", seen.Held), new("why", seen.Why.ToString()));
                break;
        }
    }
}
