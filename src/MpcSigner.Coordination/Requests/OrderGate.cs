using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Requests;

/// <summary>Authenticates administrators' orders from their own bytes, at every node that takes part (spec §9). Trusts the roster in force only, as it is at each call.</summary>
internal sealed class OrderGate(MachineContext context)
{
    /// <summary>False with the reason unless exactly the quorum signed exactly these bytes, or a schedule of the roster stands for it, and the order is in force now.</summary>
    public bool TryAuthenticate(
        SignedOrder signed, Door door, DateTimeOffset now, [NotNullWhen(true)] out AuthenticatedOrder? order, [NotNullWhen(false)] out ServiceError? error)
    {
        if (!TryVerify(signed, out order, out error))
            return false;
        error = RequestTimes.Judge(context.Settings, order.Body, door, now) ?? RequestNote.Judge(order.Body) ?? JudgeMoment(order, door, now);
        if (error is not null)
            order = null;
        return error is null;
    }

    /// <summary>The same without its times: for an order of which only the end is asked.</summary>
    public bool TryAuthenticateEver(SignedOrder signed, [NotNullWhen(true)] out AuthenticatedOrder? order, [NotNullWhen(false)] out ServiceError? error) =>
        TryVerify(signed, out order, out error);

    /// <summary>H(order) as the order itself states it, whoever signed: to find what this node has judged and stored before, perhaps under an earlier roster.</summary>
    public bool TryIdentify(SignedOrder signed, out Digest32 hash)
    {
        hash = default;
        var signers = signed.Signatures;
        for (var i = 1; i < signers.Count; i++)
        {
            if (signers[i - 1].Administrator.CompareTo(signers[i].Administrator) >= 0)
                return false;
        }
        if (signers.Count > SignedOrder.MaxSignatures || signed.Body.Length > SignedOrder.MaxBodyBytes
            || !context.Setup.Decoder.TryDecode(signed.Body.Span, out var body, out _) || KindOf(body.Action) is not { } kind)
            return false;
        var schedule = (body.Action as MaintenanceAction.Refresh)?.Schedule;
        if (signers.Count == 0 && schedule is null)
            return false;
        hash = OrderHash.Compute(kind, new(SHA256.HashData(signed.Body.Span)), SignerId(schedule?.Roster ?? default, [.. signers.Select(signer => signer.Administrator)]));
        return true;
    }

    /// <summary>An order that this node has authenticated before, as its own store holds it: whatever has become of its signers since, it is the order that was begun.</summary>
    /// <param name="hash">H(order) as it was then.</param>
    /// <returns>Null when the bytes are no order.</returns>
    public AuthenticatedOrder? Recall(SignedOrder signed, Digest32 hash) =>
        context.Setup.Decoder.TryDecode(signed.Body.Span, out var body, out _) && KindOf(body.Action) is not null
            ? new(signed, body, new(SHA256.HashData(signed.Body.Span)), hash, [], null)
            : null;

    private bool TryVerify(SignedOrder signed, [NotNullWhen(true)] out AuthenticatedOrder? order, [NotNullWhen(false)] out ServiceError? error)
    {
        order = null;
        if (signed.Body.Length is 0 or > SignedOrder.MaxBodyBytes)
        {
            error = Refusals.Malformed($"An order has 1..{SignedOrder.MaxBodyBytes} bytes, this one {signed.Body.Length}.");
            return false;
        }
        var roster = context.Roster;
        // Signatures first: unsigned bytes reach the decoder only where a schedule may stand for a signature.
        if (!TryFindSigners(roster, signed, out var signers, out error) || !context.Setup.Decoder.TryDecode(signed.Body.Span, out var body, out error))
            return false;
        if (body.Cluster != roster.Cluster)
        {
            error = new(Reason.WrongCluster, $"The order is for cluster {body.Cluster}; this is {roster.Cluster}.", "Send it to the cluster it names.");
            return false;
        }
        if (KindOf(body.Action) is not { } kind)
        {
            error = new(Reason.BadOrder, "The signed body is no order of administrators.", "Send clients' requests by the clients' door.");
            return false;
        }
        RosterSchedule? schedule = null;
        if (body.Action is MaintenanceAction.Refresh { Schedule: { } instance } refresh)
        {
            error = signers.Count != 0
                ? new(Reason.BadOrder, "An order rests on signatures or on a schedule, not on both.", "Leave one of them out.")
                : ScheduleGate.TryFind(roster, refresh, instance, out schedule, out var refused) ? null : refused;
        }
        else
        {
            error = JudgeCount(roster, body.Action, signers.Count);
        }
        if (error is not null)
            return false;
        var hash = new Digest32(SHA256.HashData(signed.Body.Span));
        order = new(signed, body, hash, OrderHash.Compute(kind, hash, SignerId(roster.Hash, [.. signers.Select(signer => signer.Id)])), signers, schedule);
        return true;
    }

    private ServiceError? JudgeMoment(AuthenticatedOrder order, Door door, DateTimeOffset now)
    {
        // What opens sessions; and no peer's word of a destruction, which may have been called off in what this node has forgotten: administrators give it again.
        if ((order.Body.Action is MaintenanceAction || (door == Door.Peer && order.Body.Action is AdministratorAction.Destroy))
            && RequestTimes.JudgeRestore(context.Setup.Stored.RestoredAt, order.Body, now) is { } restored)
            return restored;
        switch (order.Body.Action)
        {
            case MaintenanceAction.Refresh { Schedule: { } instance }:
                // The node that begins is strict with its own clock; the others allow for its being ahead or behind.
                return ScheduleGate.JudgeWindow(order.Schedule!, instance.Index, now, door == Door.Peer ? context.Settings.MaxClockDifference : TimeSpan.Zero);
            case AdministratorAction.Destroy destroy:
                var earliest = order.Body.IssuedAt + context.Roster.DestructionDelay;
                return destroy.NotBefore >= earliest ? null : new(Reason.BadOrder,
                    $"Keys are to be destroyed from {Refusals.Time(destroy.NotBefore)} on; the roster's delay allows it from {Refusals.Time(earliest)} on.", "Sign the order with a later time.");
            default:
                return null;
        }
    }

    private static bool TryFindSigners(
        Roster roster, SignedOrder signed, [NotNullWhen(true)] out IReadOnlyList<RosterAdministrator>? signers, [NotNullWhen(false)] out ServiceError? error)
    {
        signers = null;
        error = null;
        if (signed.Signatures.Count > SignedOrder.MaxSignatures)
        {
            error = Refusals.Malformed($"An order has at most {SignedOrder.MaxSignatures} signatures, this one {signed.Signatures.Count}.");
            return false;
        }
        var found = new List<RosterAdministrator>(signed.Signatures.Count);
        var statement = RequestStatements.ClientRequest(signed.Body.Span);
        foreach (var signature in signed.Signatures)
        {
            error = JudgeSignature(roster, signature, found, statement);
            if (error is not null)
                return false;
        }
        signers = found;
        return true;
    }

    private static ServiceError? JudgeSignature(Roster roster, OrderSignature signature, List<RosterAdministrator> found, Digest32 statement)
    {
        if (roster.Find(signature.Administrator) is not { } administrator)
            return new(Reason.UnknownAdministrator, $"Roster version {roster.Version} names no administrator {signature.Administrator}.",
                "Have an administrator of the roster in force sign instead.");
        if (found.Count != 0 && found[^1].Id.CompareTo(administrator.Id) >= 0)
            return Refusals.Malformed($"The signatures of an order ascend by administrator, each once: {administrator.Name} comes late or twice.");
        if (signature.Signature.Length != Ed25519Signature.Size || !Ed25519PublicKey.TryDecode(administrator.SigningKey.Span, out var key)
            || !key.Verify(statement, signature.Signature.Span))
            return new(Reason.BadClientSignature, $"The order is not signed by administrator {administrator.Name}.", "Sign the exact body with the administrator's key.");
        found.Add(administrator);
        return null;
    }

    /// <summary>Exactly as many as asked for: H(order) covers who signed, so a signature more would make another order of the same words.</summary>
    private static ServiceError? JudgeCount(Roster roster, RequestAction action, int count)
    {
        // To call something off is always safe; whoever sees the harm may stop it.
        var needed = action is AdministratorAction.CancelDestruction or AdministratorAction.CancelJob ? 1 : roster.Quorum;
        if (count < needed)
            return new(Reason.TooFewSignatures, $"{count} administrators signed; the roster asks for {needed}.", $"Have {needed - count} more sign the same bytes.");
        return count == needed
            ? null
            : new(Reason.BadOrder, $"{count} administrators signed; exactly {needed} must.", "Leave the surplus signatures out, the same ones at every node.");
    }

    private static Bytes32 SignerId(Digest32 roster, AdministratorId[] signers) => signers.Length switch
    {
        0 => roster.Value,
        1 => signers[0].Value,
        _ => OrderHash.SignersId([.. signers.Select(signer => signer.Value)]),
    };

    private static OrderKind? KindOf(RequestAction action) => action switch
    {
        MaintenanceAction.Refresh => OrderKind.Refresh,
        MaintenanceAction.Reshare => OrderKind.Reshare,
        MaintenanceAction.Recover => OrderKind.Recovery,
        AdministratorAction.Destroy => OrderKind.Destruction,
        AdministratorAction.CancelDestruction => OrderKind.DestructionCancelled,
        AdministratorAction.EndAttempt => OrderKind.AttemptEnded,
        AdministratorAction.CancelJob => OrderKind.JobCancelled,
        _ => null,
    };
}
