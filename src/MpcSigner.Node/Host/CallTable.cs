using System.Collections.Concurrent;
using System.Threading.Channels;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Host;

/// <summary>Calls from outside that wait for the machine's one reply.</summary>
internal sealed class CallTable(EventQueue events)
{
    /// <summary>Client calls at a time; the machine's own bound on running requests lies within it.</summary>
    public const int MaxClientCalls = 4_096;

    public const int MaxPeerCalls = 4_096;

    /// <summary>Calls of one client, or of one peer, among them.</summary>
    public const int MaxCallsPerCaller = 1_024;

    /// <summary>People and their tools: few, but each may hold a job of several MiB.</summary>
    public const int MaxAdministratorCalls = 32;

    /// <summary>Steps of progress kept for a client that reads slowly; older ones are dropped.</summary>
    public const int MaxProgress = 64;

    private readonly ConcurrentDictionary<CallId, ClientEntry> _clients = new();
    private readonly ConcurrentDictionary<CallId, TaskCompletionSource<PeerReply>> _peers = new();
    private readonly ConcurrentDictionary<CallId, TaskCompletionSource<AdministratorReply>> _administrators = new();
    private readonly CallerShares _clientShares = new(MaxCallsPerCaller);
    private readonly CallerShares _peerShares = new(MaxCallsPerCaller);
    private ulong _last;
    private volatile ServiceError? _closed;

    private sealed record ClientEntry(TaskCompletionSource<ClientReply> Reply, Channel<ClientProgress> Progress);

    public int Running => _clients.Count;

    /// <summary>Runs a client's call to its reply. <paramref name="progress"/> gets steps meanwhile and is completed at the end.</summary>
    public async Task<ClientReply> CallAsync(
        ClientId client, ClientCall body, TimeSpan? timeout, Channel<ClientProgress> progress, CancellationToken cancellation)
    {
        try
        {
            return await RunAsync(client, body, timeout, progress, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Also of a call that was refused at once: whoever reads the steps waits for their end.
            progress.Writer.TryComplete();
        }
    }

    private async Task<ClientReply> RunAsync(
        ClientId client, ClientCall body, TimeSpan? timeout, Channel<ClientProgress> progress, CancellationToken cancellation)
    {
        if (_closed is { } why)
            return new ClientReply.Refused(why);
        using var share = _clientShares.TryTake(client.Value);
        if (share is null || _clients.Count >= MaxClientCalls)
            return new ClientReply.Refused(Overloaded());
        var call = new CallId(Interlocked.Increment(ref _last));
        var entry = new ClientEntry(new(TaskCreationOptions.RunContinuationsAsynchronously), progress);
        _clients[call] = entry;
        try
        {
            if (!events.TryPost(new NodeEvent.ClientCalled(call, client, body, timeout), share))
                return new ClientReply.Refused(Overloaded());
            return await entry.Reply.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What was begun goes on; the machine only learns that nobody waits.
            events.PostAnswer(new NodeEvent.ClientGone(call));
            throw;
        }
        finally
        {
            _clients.TryRemove(call, out _);
        }
    }

    public async Task<PeerReply> CallAsync(NodeId peer, Digest32 tlsKey, PeerCall body, CancellationToken cancellation)
    {
        if (_closed is { } why)
            return new PeerReply.Refused(why);
        using var share = _peerShares.TryTake(peer.Value);
        if (share is null || _peers.Count >= MaxPeerCalls)
            return new PeerReply.Refused(Overloaded());
        var call = new CallId(Interlocked.Increment(ref _last));
        var reply = new TaskCompletionSource<PeerReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _peers[call] = reply;
        try
        {
            if (!events.TryPost(new NodeEvent.PeerCalled(call, peer, tlsKey, body), share))
                return new PeerReply.Refused(Overloaded());
            return await reply.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _peers.TryRemove(call, out _);
        }
    }

    public async Task<AdministratorReply> CallAsync(AdministratorId administrator, AdministratorCall body, CancellationToken cancellation)
    {
        if (_closed is { } why)
            return new AdministratorReply.Refused(why);
        if (_administrators.Count >= MaxAdministratorCalls)
            return new AdministratorReply.Refused(Overloaded());
        var call = new CallId(Interlocked.Increment(ref _last));
        var reply = new TaskCompletionSource<AdministratorReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _administrators[call] = reply;
        try
        {
            if (!events.TryPost(new NodeEvent.AdministratorCalled(call, administrator, body)))
                return new AdministratorReply.Refused(Overloaded());
            // What was begun goes on when nobody waits: jobs are durable, and every order can be given again.
            return await reply.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _administrators.TryRemove(call, out _);
        }
    }

    public void Answer(CallId call, ClientReply reply)
    {
        if (_clients.TryGetValue(call, out var entry))
            entry.Reply.TrySetResult(reply);
    }

    public void Answer(CallId call, PeerReply reply)
    {
        if (_peers.TryGetValue(call, out var waiting))
            waiting.TrySetResult(reply);
    }

    public void Answer(CallId call, AdministratorReply reply)
    {
        if (_administrators.TryGetValue(call, out var waiting))
            waiting.TrySetResult(reply);
    }

    public void Report(CallId call, ClientProgress progress)
    {
        if (_clients.TryGetValue(call, out var entry))
            entry.Progress.Writer.TryWrite(progress);
    }

    public static Channel<ClientProgress> NewProgress() =>
        Channel.CreateBounded<ClientProgress>(new BoundedChannelOptions(MaxProgress) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>Takes no further calls.</summary>
    /// <param name="why">What they are told; null: that the node is stopping. The first word counts.</param>
    public void Close(ServiceError? why = null) => _closed ??= why ?? Stopping();

    /// <summary>Closes, and answers whoever still waits, when nobody else will.</summary>
    public void Abandon()
    {
        Close();
        var why = _closed!;
        foreach (var entry in _clients.Values)
            entry.Reply.TrySetResult(new ClientReply.Refused(why));
        foreach (var waiting in _peers.Values)
            waiting.TrySetResult(new PeerReply.Refused(why));
        foreach (var waiting in _administrators.Values)
            waiting.TrySetResult(new AdministratorReply.Refused(why));
    }

    private static ServiceError Overloaded() =>
        new(Reason.Overloaded, "This node has as many calls waiting as it takes.", "Try again in a moment, or ask another node.");

    private static ServiceError Stopping() =>
        new(Reason.NotReady, "This node is stopping.", "Ask another node; the same idempotency key finds what was begun.");
}
