using Grpc.Core;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Faults;

namespace MpcSigner.Client.Calls;

/// <summary>How long a call may take in all, and at one node.</summary>
internal readonly record struct CallBudget(TimeSpan Total, TimeSpan Attempt);

/// <summary>
/// Asks one node after the other until one answers. All get the very same signed request, so however many of them act on it,
/// it stays one request (design §6).
/// </summary>
internal sealed class Failover(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <param name="nodes">In the order to ask them.</param>
    /// <param name="alsoElsewhere">A reason that is final at one node only, e.g. a key that it has no share of.</param>
    public async Task<T> RunAsync<T>(
        IReadOnlyList<NodeConnection> nodes, CallBudget budget, Func<NodeConnection, CallOptions, Task<T>> call, CancellationToken cancellation, Reason? alsoElsewhere = null)
    {
        var started = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            var round = new Round();
            foreach (var node in nodes)
            {
                var left = budget.Total - time.GetElapsedTime(started);
                if (left <= TimeSpan.Zero)
                    break;
                try
                {
                    return await call(node, node.Within(left < budget.Attempt ? left : budget.Attempt, cancellation)).ConfigureAwait(false);
                }
                catch (RpcException e)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var detail = Failures.DetailOf(e);
                    round.Add(node, e, detail);
                    if (!Failures.MayTryElsewhere(e) && (detail is null || detail.Reason != alsoElsewhere))
                        throw round.ToException();
                }
            }
            if (!round.MayPassByItself || budget.Total - time.GetElapsedTime(started) <= pause)
                throw round.ToException();
            await Task.Delay(pause, time, cancellation).ConfigureAwait(false);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>What the nodes answered, one after the other.</summary>
    private sealed class Round
    {
        private readonly List<NodeRefusal> _refusals = [];
        private ServiceError? _error;
        private Exception? _cause;

        /// <summary>A node is starting, busy, or still completing this very request.</summary>
        public bool MayPassByItself { get; private set; }

        public void Add(NodeConnection node, RpcException cause, ServiceError? error)
        {
            _cause = cause;
            var (reason, message) = error is null ? Failures.Describe(cause) : (ReasonCodes.Name(error.Reason), error.Message);
            _refusals.Add(new(node.Node.Nid.ToString(), node.Node.Name, reason, message));
            if (error is null)
                return;
            MayPassByItself |= error.Reason is Reason.NotReady or Reason.Overloaded or Reason.KeyPending or Reason.SupersededInstance;
            // A node that says more about others says it better; a final refusal says it best.
            if (_error is null || error.Nodes.Count > _error.Nodes.Count || !Failures.MayTryElsewhere(error.Reason))
                _error = error;
        }

        public MpcSignerException ToException()
        {
            if (_error is null)
            {
                return _cause is RpcException { StatusCode: StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.Unimplemented or StatusCode.FailedPrecondition } refused
                    ? Failures.Configuration($"Node {_refusals[^1].NodeName} refused the call: {refused.Status.Detail}", "Check this client's certificate, the roster and the release of the node.", refused)
                    : Failures.Unreachable(_refusals, _cause);
            }
            var error = Failures.From(_error, _cause);
            return error.Nodes.Count > 0 || _refusals.Count < 2
                ? error
                : new(error.Kind, error.Reason, error.Message, error.NextStep, _refusals, _cause);
        }
    }
}
