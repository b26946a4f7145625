using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Requests;

/// <summary>The clients' door: authenticates, and lets one flow run a request however often it is sent.</summary>
internal sealed class ClientDesk(Rooms rooms, OrderBook orders) : IDisposable
{
    /// <summary>Kept of the caller's own deadline, so that the answer arrives before it.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(200);

    private readonly MachineContext _context = rooms.Context;
    private readonly Dictionary<Digest32, Running> _running = [];

    private sealed record Running(Digest32 BodyHash, RequestCallers Callers, IDisposable Flow);

    public void Submit(CallId call, ClientId tlsClient, SignedRequest signed, TimeSpan? timeout)
    {
        if (!rooms.Gate.TryAuthenticate(signed, Door.Client, _context.Now.Wall, out var request, out var error))
        {
            Refuse(call, signed.Client, error);
            return;
        }
        if (tlsClient != request.Client.Id)
        {
            Refuse(call, signed.Client, new(Reason.NotEntitled, "The request is signed by another client than the connection's certificate names.",
                "Send it over the signing client's own connection."));
            return;
        }
        if (_running.TryGetValue(request.Scope, out var running))
        {
            if (running.BodyHash == request.BodyHash)
                running.Callers.Add(call);
            else
                Refuse(call, signed.Client, Refusals.IdempotencyConflict());
            return;
        }
        if (request.Body.Action is not (RequestAction.CreateKeys or RequestAction.Sign))
        {
            Refuse(call, signed.Client, Refusals.NoClientRequest());
            return;
        }
        if (_running.Count >= _context.Settings.MaxRunningRequests)
        {
            Refuse(call, signed.Client, Refusals.Overloaded("running requests"));
            return;
        }
        Run(call, request, timeout);
    }

    /// <summary>What was begun goes on; only the answer has nobody to go to.</summary>
    public void Gone(CallId call)
    {
        foreach (var running in _running.Values)
            running.Callers.Remove(call);
    }

    private void Run(CallId call, AuthenticatedRequest request, TimeSpan? timeout)
    {
        var callers = new RequestCallers(_context, () => _running.Remove(request.Scope));
        callers.Add(call);
        if (request.Body.Action is RequestAction.CreateKeys creation)
        {
            var flow = new CreationFlow(rooms, orders, request, callers);
            _running.Add(request.Scope, new(request.BodyHash, callers, flow));
            flow.Begin(Time(_context.Settings.CreationDeadline + creation.Count * _context.Settings.CreationPerKey, timeout));
        }
        else
        {
            var flow = new SigningFlow(rooms, request, callers);
            _running.Add(request.Scope, new(request.BodyHash, callers, flow));
            flow.Begin(Time(_context.Settings.SigningDeadline, timeout));
        }
    }

    private static TimeSpan Time(TimeSpan own, TimeSpan? callers)
    {
        if (callers is not { } asked || asked - AnswerTime >= own)
            return own;
        return asked > AnswerTime ? asked - AnswerTime : TimeSpan.Zero;
    }

    private void Refuse(CallId call, ClientId client, ServiceError error)
    {
        _context.Observe(new Observation.RequestRefused(client, error.Reason));
        _context.Do(new NodeEffect.AnswerClient(call, new ClientReply.Refused(error)));
    }

    public void Dispose()
    {
        foreach (var running in _running.Values)
            running.Flow.Dispose();
    }
}
