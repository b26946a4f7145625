using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Administrators order a node back to its sealed old shares: possible while the generation is the newest of each key here, and the one before it is kept.</summary>
internal static class OrderedRollBack
{
    /// <param name="done">With null once it is durable. The keys are claimed meanwhile: no session makes a later generation beside it.</param>
    public static void Begin(Rooms rooms, MaintenanceBook book, MaintenanceOrder order, Action<ServiceError?> done)
    {
        if (!book.Claims.TryClaim(order.Case, out var busy))
        {
            done(new(Reason.KeyBusy, $"Another operation on key {busy} is under way here.", "Try again once it is over."));
            return;
        }
        var keys = order.Case.Terms.Keys;
        KeyReading.Read(rooms.Context, keys.Count, k => [new StoreQuery.FindGenerations(keys[k].Key)], answers =>
        {
            for (var k = 0; k < keys.Count; k++)
            {
                // Its rows may be on their way to the disk still.
                if (book.Pending(keys[k].Key) is { } pending)
                {
                    End(new(Reason.BadOrder, $"Order {pending.Hash} is PENDING here and rests on the generation that is to be rolled back.", "Abandon it first."));
                    return;
                }
                if (Obstacle(((StoreAnswer.Generations)answers[k][0]).Rows, order.Case.Makes(keys[k])) is { } obstacle)
                {
                    End(obstacle);
                    return;
                }
            }
            if (order.Phase == MaintenancePhase.Active)
                order.Ends.RollBack(() => End(null));
            else
                End(new(Reason.KeyBusy, $"Order {order.Hash} is being worked on right now.", "Try again in a moment."));
        }, _ => End(Requests.Refusals.Storage()));

        void End(ServiceError? error)
        {
            book.Claims.Release(order.Case);
            done(error);
        }
    }

    private static ServiceError? Obstacle(IReadOnlyList<KeyRow> generations, uint made)
    {
        if (generations.FirstOrDefault(row => row.Record.Generation > made && row.State is KeyState.Pending or KeyState.Active) is { } later)
            return new(Reason.BadOrder, $"Generation {later.Record.Generation} of key {later.Record.KeyId} rests on the one that is to be rolled back.", $"Roll order {later.Order} back first, or abandon it.");
        if (generations.FirstOrDefault(row => row.Record.Generation + 1 == made && row.State != KeyState.Retired && generations.Any(own => own.Record.Generation == made && own.State != KeyState.Destroyed)) is { } before)
            return new(Reason.AlreadyEnded, $"Generation {before.Record.Generation} of key {before.Record.KeyId} is {before.State} here: there is nothing to go back to.", "Keep the generation in use.");
        return null;
    }
}
