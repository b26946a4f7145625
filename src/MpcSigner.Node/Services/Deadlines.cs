using Grpc.Core;

namespace MpcSigner.Node.Services;

internal static class Deadlines
{
    /// <summary>What the caller left us from now; null where it set no deadline.</summary>
    public static TimeSpan? Left(ServerCallContext context, TimeProvider time)
    {
        if (context.Deadline == DateTime.MaxValue)
            return null;
        var left = context.Deadline - time.GetUtcNow().UtcDateTime;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
