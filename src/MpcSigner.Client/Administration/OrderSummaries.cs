using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client.Administration;

/// <summary>Orders, read from their exact bytes.</summary>
internal static class OrderSummaries
{
    private static readonly RequestBodyCodec Codec = new();

    /// <exception cref="InvalidOperationException">The bytes are no order: files and answers are checked before.</exception>
    public static OrderSummary Of(SignedOrder order) => TryRead(order) ?? throw new InvalidOperationException("an order without a readable body");

    /// <summary>Null for a body that is no order of administrators, and for signatures that no node takes: not ascending, or one twice.</summary>
    public static OrderSummary? TryRead(SignedOrder order)
    {
        if (!SignedOrderEncoding.IsWellFormed(order) || !Codec.TryDecode(order.Body.Span, out var body, out _))
            return null;
        var summary = new OrderSummary
        {
            Action = "",
            Order = HashOf(order, body)?.ToString() ?? "",
            ExpiresAt = body.ExpiresAt,
            Signers = [.. order.Signatures.Select(s => s.Administrator.ToString())],
        };
        return body.Action switch
        {
            MaintenanceAction.Refresh refresh => Shared(summary, refresh) with { Action = "refresh" },
            MaintenanceAction.Reshare reshare => Shared(summary, reshare) with
            {
                Action = "reshare",
                Dealers = NodesOf(reshare, reshare.Dealers),
                NewThreshold = reshare.NewThreshold,
                NewParties = [.. reshare.NewParties.Select(p => p.Nid.ToString())],
            },
            MaintenanceAction.Recover recover => Shared(summary, recover) with
            {
                Action = "recover",
                Dealers = NodesOf(recover, recover.Helpers),
                Recovered = NodesOf(recover, [recover.Recovered])[0],
            },
            AdministratorAction.Destroy destroy => summary with { Action = "destroy", Keys = [.. destroy.Keys.Select(k => k.ToString())], NotBefore = destroy.NotBefore },
            AdministratorAction.CancelDestruction cancel => summary with { Action = "cancel-destruction", About = cancel.Order.ToString() },
            AdministratorAction.EndAttempt end => summary with { Action = "end-attempt", About = end.Order.ToString(), End = WordOf(end.End) },
            AdministratorAction.CancelJob cancel => summary with { Action = "cancel-job", About = cancel.Job.ToString() },
            _ => null,
        };
    }

    /// <summary>H(order), which covers who signed; null while nobody has.</summary>
    public static Digest32? HashOf(SignedOrder order, RequestBody body)
    {
        var signers = order.Signatures.Select(s => s.Administrator.Value).ToArray();
        if (signers.Length == 0 || KindOf(body.Action) is not { } kind)
            return null;
        return OrderHash.Compute(kind, new(SHA256.HashData(order.Body.Span)), signers.Length == 1 ? signers[0] : OrderHash.SignersId(signers));
    }

    public static string WordOf(AttemptEnd end) => end switch
    {
        AttemptEnd.Abandon => "abandon",
        AttemptEnd.RollBack => "roll-back",
        AttemptEnd.EraseOld => "erase-old",
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

    private static OrderSummary Shared(OrderSummary summary, MaintenanceAction action) => summary with
    {
        Keys = [.. action.Keys.Select(k => k.Key.ToString())],
        Generation = action.Keys[0].Generation,
        Attempt = action.Attempt,
        Threshold = action.Threshold,
        Parties = [.. action.Parties.Select(p => p.Nid.ToString())],
    };

    private static IReadOnlyList<string> NodesOf(MaintenanceAction action, IEnumerable<PartyId> pids) =>
        [.. pids.Select(pid => action.Parties.Where(p => p.Pid == pid).Select(p => p.Nid.ToString()).FirstOrDefault($"party {pid}"))];
}
