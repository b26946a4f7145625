using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>Orders for people, who read before they sign, and for scripts.</summary>
internal static class OrderText
{
    private const int MaxListed = 5;

    public static object Describe(OrderSummary order) => new
    {
        order.Action,
        Order = Given(order.Order),
        Keys = order.Keys.Count == 0 ? null : order.Keys,
        Generation = order.Keys.Count > 0 && order.Attempt > 0 ? order.Generation : (uint?)null,
        Attempt = order.Attempt > 0 ? order.Attempt : (uint?)null,
        Threshold = order.Threshold > 0 ? order.Threshold : (int?)null,
        Parties = order.Parties.Count == 0 ? null : order.Parties,
        Dealers = order.Dealers.Count == 0 ? null : order.Dealers,
        NewThreshold = order.NewThreshold > 0 ? order.NewThreshold : (int?)null,
        NewParties = order.NewParties.Count == 0 ? null : order.NewParties,
        Recovered = Given(order.Recovered),
        About = Given(order.About),
        End = Given(order.End),
        order.NotBefore,
        order.ExpiresAt,
        order.Signers,
    };

    public static string Line(OrderSummary order) => order.Action switch
    {
        "refresh" => $"refresh of {Keys(order)}, attempt {order.Attempt}",
        "reshare" => $"reshare of {Keys(order)} from {order.Threshold} of {order.Parties.Count} to {order.NewThreshold} of {order.NewParties.Count}, attempt {order.Attempt}",
        "recover" => $"recovery of {Keys(order)} at node {order.Recovered[..8]}…, attempt {order.Attempt}",
        "destroy" => $"destruction of {Keys(order)} from {order.NotBefore:u} on",
        "end-attempt" => $"{order.End} of the attempt {order.About}",
        _ => $"{order.Action} {order.About}",
    };

    public static void Print(TextWriter text, OrderSummary order)
    {
        text.WriteLine(Line(order));
        if (order.Order.Length > 0)
            text.WriteLine($"  order     {order.Order}");
        foreach (var key in order.Keys.Take(MaxListed))
            text.WriteLine($"  key       {key}");
        if (order.Keys.Count > MaxListed)
            text.WriteLine($"            … and {order.Keys.Count - MaxListed} more (--output json shows all)");
        foreach (var node in order.NewParties)
            text.WriteLine($"  to node   {node}");
        text.WriteLine($"  expires   {order.ExpiresAt:u}");
    }

    private static string Keys(OrderSummary order) => order.Keys.Count == 1 ? $"key {order.Keys[0][..8]}… of generation {order.Generation}" : $"{order.Keys.Count} keys";

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
