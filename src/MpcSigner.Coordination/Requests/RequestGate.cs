using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;

namespace MpcSigner.Coordination.Requests;

/// <summary>By which door a request came in.</summary>
internal enum Door
{
    /// <summary>From its client, at the coordinator.</summary>
    Client = 1,

    /// <summary>By way of a coordinator, whose clock may be ahead of ours or behind it.</summary>
    Peer = 2,
}

/// <summary>Authenticates requests from their own bytes, at every node that takes part. Trusts the roster only.</summary>
internal sealed class RequestGate(MachineContext context)
{
    /// <summary>False with the reason unless a client of the roster signed exactly these bytes, for this cluster, and they are in force now.</summary>
    public bool TryAuthenticate(
        SignedRequest signed, Door door, DateTimeOffset now,
        [NotNullWhen(true)] out AuthenticatedRequest? request, [NotNullWhen(false)] out ServiceError? error)
    {
        request = null;
        if (!TryVerify(signed, out var client, out var body, out error) || (error = JudgeMoment(body, door, now)) is not null)
            return false;
        request = Authenticated(signed, client, body);
        return true;
    }

    /// <summary>The same without its times: for an order of which only the end is asked.</summary>
    public bool TryAuthenticateEver(
        SignedRequest signed, [NotNullWhen(true)] out AuthenticatedRequest? request, [NotNullWhen(false)] out ServiceError? error)
    {
        request = TryVerify(signed, out var client, out var body, out error) ? Authenticated(signed, client, body) : null;
        return request is not null;
    }

    private ServiceError? JudgeMoment(RequestBody body, Door door, DateTimeOffset now) =>
        RequestTimes.Judge(context.Settings, body, door, now) ?? RequestNote.Judge(body) ?? RequestTimes.JudgeRestore(context.Setup.Stored.RestoredAt, body, now);

    private static AuthenticatedRequest Authenticated(SignedRequest signed, RosterClient client, RequestBody body) =>
        new(signed, body, client, new(SHA256.HashData(signed.Body.Span)),
            RequestStatements.BookingScope(BookingRow.IdempotencyKind, client.Id, body.IdempotencyKey));

    private bool TryVerify(
        SignedRequest signed, [NotNullWhen(true)] out RosterClient? client, [NotNullWhen(true)] out RequestBody? body,
        [NotNullWhen(false)] out ServiceError? error)
    {
        body = null;
        client = null;
        if (signed.Body.Length is 0 or > SignedRequest.MaxBodyBytes)
        {
            error = Refusals.Malformed($"A request body has 1..{SignedRequest.MaxBodyBytes} bytes, this one {signed.Body.Length}.");
            return false;
        }
        if (!context.Members.Clients.TryGetValue(signed.Client, out var known))
        {
            error = new(Reason.UnknownClient, $"The roster names no client {signed.Client}.", "Have an administrator add the client to the roster.");
            return false;
        }
        if (signed.Signature.Length != Ed25519Signature.Size || !known.Key.Verify(RequestStatements.ClientRequest(signed.Body.Span), signed.Signature.Span))
        {
            error = new(Reason.BadClientSignature, $"The request is not signed by client {known.Client.Name}.", "Sign the exact body with the client's key.");
            return false;
        }
        if (!context.Setup.Decoder.TryDecode(signed.Body.Span, out body, out error))
            return false;
        if (body.Cluster != context.Roster.Cluster)
        {
            error = new(Reason.WrongCluster, $"The request is for cluster {body.Cluster}; this is {context.Roster.Cluster}.", "Send it to the cluster it names.");
            return false;
        }
        if (body.Action is not (RequestAction.CreateKeys or RequestAction.Sign))
        {
            error = Refusals.NoClientRequest();
            return false;
        }
        client = known.Client;
        return true;
    }
}
