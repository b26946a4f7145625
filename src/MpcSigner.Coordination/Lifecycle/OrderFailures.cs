using MpcSigner.Core.Faults;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>How a creation without keys is told to its client.</summary>
internal static class OrderFailures
{
    /// <param name="reason">One of the world's.</param>
    public static ServiceError NotMade(string why, Reason reason = Reason.TooFewNodes) =>
        new(reason, $"The keys were not made: {why.TrimEnd('.')}.", "A creation is never retried: send a new request.");

    public static string GivenUp(string node) => $"node {node} says that it never acknowledges";
}
