using Grpc.Core;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Client.Administration;

/// <summary>What one node answered, or why it did not.</summary>
internal sealed record NodeAnswer<T>(RosterNode Node, T? Value, NodeRefusal? Refusal) where T : class;

/// <summary>The ways to all nodes. Here no node answers for another: each is asked for itself.</summary>
internal sealed class AdministratorConnections(Roster roster, MpcSignerAdministratorOptions options) : IDisposable
{
    private readonly IReadOnlyList<NodeConnection> _nodes = options.TlsCertificate is not { } certificate ? []
        : [.. roster.Nodes.Select(n => new NodeConnection(n, new(certificate, options.TrustedAuthorities, options.Time, NodeConnection.MaxAdministratorBytes)))];

    /// <summary>Asks every node at once; none that fails keeps the others from answering.</summary>
    public async Task<IReadOnlyList<NodeAnswer<T>>> AskAllAsync<T>(Func<NodeConnection, CallOptions, Task<T>> call, CancellationToken cancellation) where T : class
    {
        RequireCredential();
        return await Task.WhenAll(_nodes.Select(n => TryAskAsync(n, call, cancellation))).ConfigureAwait(false);
    }

    /// <summary>Asks one node.</summary>
    /// <exception cref="MpcSignerException">Its refusal, or UNREACHABLE.</exception>
    public async Task<T> AskAsync<T>(RosterNode node, Func<NodeConnection, CallOptions, Task<T>> call, CancellationToken cancellation)
    {
        var connection = Of(node);
        try
        {
            return await call(connection, connection.Within(options.CallTimeout, cancellation)).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            throw ToException(node, e);
        }
    }

    /// <summary>For calls that last as long as what they watch.</summary>
    public NodeConnection Of(RosterNode node)
    {
        RequireCredential();
        return _nodes.First(n => n.Node.Nid == node.Nid);
    }

    public static MpcSignerException ToException(RosterNode node, RpcException e)
    {
        if (Failures.DetailOf(e) is { } error)
            return Failures.From(error, e);
        var (reason, message) = Failures.Describe(e);
        return e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal or StatusCode.Unknown
            ? new(FailureKind.Unavailable, "UNREACHABLE", $"Node {node.Name} at {node.Address} did not answer: {message}.",
                "Check that it runs and can be reached from here, then try again.", [new(node.Nid.ToString(), node.Name, reason, message)], e)
            : Failures.Configuration($"Node {node.Name} refused the call: {message}", "Check the administrator's TLS certificate, the roster, and the release of the node.", e);
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
            node.Dispose();
    }

    private async Task<NodeAnswer<T>> TryAskAsync<T>(NodeConnection node, Func<NodeConnection, CallOptions, Task<T>> call, CancellationToken cancellation) where T : class
    {
        try
        {
            return new(node.Node, await call(node, node.Within(options.CallTimeout, cancellation)).ConfigureAwait(false), null);
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested();
            var error = Failures.DetailOf(e);
            var (reason, message) = error is null ? Failures.Describe(e) : (ReasonCodes.Name(error.Reason), error.Message);
            return new(node.Node, null, new(node.Node.Nid.ToString(), node.Node.Name, reason, message));
        }
    }

    private void RequireCredential()
    {
        if (_nodes.Count == 0)
            throw Failures.Configuration("No TLS certificate of an administrator is at hand.", "Give a folder with tls.pem and tls-key.pem whose key the roster pins for an administrator.");
    }
}
