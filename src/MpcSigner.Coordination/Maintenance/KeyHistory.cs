using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>What this node's store says of one key of an order.</summary>
/// <param name="Row">The row in use, if there is any (<see cref="StoreQuery.FindKey"/>).</param>
/// <param name="Attempts">Orders begun here for the generation that the order makes, or recoveries of it, whichever the order is.</param>
internal sealed record KeyHistory(OrderedKey Ordered, KeyRow? Row, IReadOnlyList<AttemptRow> Attempts);
