using System.Security.Cryptography;
using MpcSigner.Client.Administration;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;

namespace MpcSigner.Client;

/// <summary>Orders on their way: composed, signed by one administrator after the other, and given to nodes. A file (JSON) that is the same wherever it is read.</summary>
/// <remarks>Nothing in it is secret. What it orders is in the signed bytes alone: titles and node names decide nothing.</remarks>
public sealed class JobFile
{
    internal JobFile(ClusterId cluster, string title, IReadOnlyList<FiledJob> jobs, IReadOnlyList<FiledCommand> commands) =>
        (Cluster, Title, Jobs, Commands) = (cluster, title, jobs, commands);

    /// <value>For people, 1..200 characters.</value>
    public string Title { get; }

    /// <value>64 hexadecimal digits.</value>
    public string ClusterId => Cluster.ToString();

    /// <value>What is ordered, read from the very bytes that are signed.</value>
    public IReadOnlyList<OrderSummary> Orders => [.. AllOrders.Select(OrderSummaries.Of)];

    /// <value>Ids of the administrators whose signatures every order carries, 64 hexadecimal digits each.</value>
    public IReadOnlyList<string> SignedBy => [.. AllOrders.Select(o => o.Signatures.Select(s => s.Administrator)).Aggregate((a, b) => a.Intersect(b)).Select(a => a.ToString())];

    internal ClusterId Cluster { get; }

    internal IReadOnlyList<FiledJob> Jobs { get; }

    internal IReadOnlyList<FiledCommand> Commands { get; }

    internal IEnumerable<SignedOrder> AllOrders => Jobs.SelectMany(j => j.Steps).SelectMany(s => s.Orders).Concat(Commands.Select(c => c.Order));

    /// <summary>Reads a file as <see cref="Write"/> wrote it.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: it is no such file, or holds what is no order.</exception>
    public static JobFile Read(ReadOnlySpan<byte> json) => JobFileFormat.Read(json);

    public byte[] Write() => JobFileFormat.Write(this);

    internal JobFile WithOrders(Func<SignedOrder, SignedOrder> change) => new(Cluster, Title,
        [.. Jobs.Select(j => j with { Steps = [.. j.Steps.Select(s => new FiledStep([.. s.Orders.Select(change)]))] })],
        [.. Commands.Select(c => c with { Order = change(c.Order) })]);
}
