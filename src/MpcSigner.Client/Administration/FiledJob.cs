using MpcSigner.Core.Orders;

namespace MpcSigner.Client.Administration;

/// <param name="Node">Name of the node that is to run it.</param>
internal sealed record FiledJob(string Node, IReadOnlyList<FiledStep> Steps);

internal sealed record FiledStep(IReadOnlyList<SignedOrder> Orders);

/// <param name="Node">Name of the node that is told; empty for any.</param>
internal sealed record FiledCommand(string Node, SignedOrder Order);
