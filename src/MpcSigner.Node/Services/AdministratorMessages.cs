using Google.Protobuf;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Jobs, operations, destructions and rosters as administrators see them.</summary>
internal static class AdministratorMessages
{
    public static V1.Party ToWire(PartyId pid, NodeId nid) => new() { Pid = pid.Value, Nid = ByteString.CopyFrom(nid.ToArray()) };

    public static V1.Job ToWire(JobRow row)
    {
        var message = new V1.Job
        {
            Job_ = ByteString.CopyFrom(row.Job.ToArray()),
            Title = row.Title,
            State = row.State switch
            {
                JobState.Running => V1.JobState.Running,
                JobState.Completed => V1.JobState.Completed,
                JobState.Failed => V1.JobState.Failed,
                JobState.Cancelled => V1.JobState.Cancelled,
            },
            Detail = row.Detail,
            CreatedAtMs = row.CreatedAt.ToUnixTimeMilliseconds(),
            UpdatedAtMs = row.UpdatedAt.ToUnixTimeMilliseconds(),
        };
        message.Steps.Add(row.Steps.Select(step => new V1.JobStep
        {
            State = step.State switch
            {
                JobStepState.Waiting => V1.JobStepState.Waiting,
                JobStepState.Running => V1.JobStepState.Running,
                JobStepState.Completed => V1.JobStepState.Completed,
                JobStepState.Failed => V1.JobStepState.Failed,
                JobStepState.Cancelled => V1.JobStepState.Cancelled,
            },
            Tried = (uint)step.Tried,
            Outcome = step.Outcome,
        }));
        return message;
    }

    /// <param name="made">The first key's row of the generation that the order makes; null where there is none (yet, or a recovery).</param>
    public static V1.Operation ToWire(MaintenanceRow row, KeyRow? made, NodeId self)
    {
        var message = new V1.Operation
        {
            Order = ByteString.CopyFrom(row.Order.ToArray()),
            Kind = (V1.OperationKind)row.Kind,
            Suite = (V1.Suite)row.Suite,
            Attempt = row.Attempt,
            State = row.State switch
            {
                MaintenanceState.Begun => V1.OperationState.Begun,
                MaintenanceState.Acknowledged => V1.OperationState.Acknowledged,
                MaintenanceState.Active => V1.OperationState.Active,
                MaintenanceState.Aborted or MaintenanceState.Done => throw new InvalidOperationException($"order {row.Order} is over, yet listed as open"),
            },
            Keys = (uint)row.Keys.Count,
            FirstKey = ByteString.CopyFrom(row.Keys[0].Key.ToArray()),
            Generation = row.Keys[0].Generation,
            BegunAtMs = row.BegunAt.ToUnixTimeMilliseconds(),
        };
        message.Done.Add(row.Dones.Keys.Order().Select(pid => (uint)pid.Value));
        if (made is null)
            return message;
        var parties = made.Record.Parties.Select(p => (p.Pid, p.Nid)).ToList();
        message.Parties.Add(parties.Select(p => ToWire(p.Pid, p.Nid)));
        var awaited = row.State switch
        {
            MaintenanceState.Acknowledged => parties.Concat(made.Dealers).Where(p => p.Nid != self).Select(p => p.Nid).Distinct(),
            MaintenanceState.Active => parties.Where(p => p.Nid != self && !row.Dones.ContainsKey(p.Pid)).Select(p => p.Nid),
            MaintenanceState.Begun or MaintenanceState.Aborted or MaintenanceState.Done => [],
        };
        message.Awaited.Add(awaited.Select(nid => ByteString.CopyFrom(nid.ToArray())));
        return message;
    }

    public static V1.Destruction ToWire(DestructionRow row)
    {
        var message = new V1.Destruction
        {
            Order = ByteString.CopyFrom(row.Order.ToArray()),
            State = row.State switch
            {
                DestructionState.Waiting => V1.DestructionState.Waiting,
                DestructionState.Destroyed => V1.DestructionState.Destroyed,
                DestructionState.Cancelled => V1.DestructionState.Cancelled,
            },
            NotBeforeMs = row.NotBefore.ToUnixTimeMilliseconds(),
            Attestation = ByteString.CopyFrom(row.Attestation.Span),
            UpdatedAtMs = row.UpdatedAt.ToUnixTimeMilliseconds(),
            Signed = SignedOrderMapping.ToWire(row.Signed),
        };
        message.Keys.Add(row.Keys.Select(k => ByteString.CopyFrom(k.ToArray())));
        return message;
    }

    public static V1.RosterState ToWire(RosterRow row, bool hashOnly)
    {
        var message = new V1.RosterState
        {
            Version = row.Version,
            Hash = ByteString.CopyFrom(row.Hash.ToArray()),
            AcceptedAtMs = row.AcceptedAt.ToUnixTimeMilliseconds(),
        };
        message.Acks.Add(row.Acks.OrderBy(a => a.Key.Value).Select(a => new V1.RosterAcknowledgement
        {
            Nid = ByteString.CopyFrom(a.Key.ToArray()),
            Signature = ByteString.CopyFrom(a.Value.Span),
        }));
        if (hashOnly)
            return message;
        message.Signed = new() { Roster = ByteString.CopyFrom(row.Bytes.Span) };
        message.Signed.Signatures.Add(row.Signatures.Select(s => ByteString.CopyFrom(s.Span)));
        return message;
    }
}
