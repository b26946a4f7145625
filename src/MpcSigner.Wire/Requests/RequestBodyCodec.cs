using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;

namespace MpcSigner.Wire.Requests;

/// <summary>Request bodies to bytes and back, each in exactly one encoding (wire document, "Request body").</summary>
/// <remarks>What is read is encoded again and compared: two encodings of one request would be two hashes, and so two requests to every guard that
/// counts by hash. Unknown fields are dropped by the parser and found by the same comparison.</remarks>
public sealed class RequestBodyCodec : IRequestDecoder, IRequestEncoder
{
    private static readonly MessageParser<V1.RequestBody> Parser = V1.RequestBody.Parser.WithDiscardUnknownFields(true);

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlySpan<byte> body, [NotNullWhen(true)] out RequestBody? request, [NotNullWhen(false)] out ServiceError? error)
    {
        request = null;
        error = Parse(body, out var message) ?? Read(message!, out request);
        return error is null;
    }

    /// <inheritdoc/>
    public byte[] Encode(RequestBody request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var message = new V1.RequestBody
        {
            ClusterId = ByteString.CopyFrom(request.Cluster.ToArray()),
            IdempotencyKey = request.IdempotencyKey,
            IssuedAtMs = request.IssuedAt.ToUnixTimeMilliseconds(),
            ExpiresAtMs = request.ExpiresAt.ToUnixTimeMilliseconds(),
            Note = request.Note,
        };
        SetAction(message, request.Action);
        var bytes = message.ToByteArray();
        // The reader's rules are the writer's too: nothing is signed that no node would take.
        return TryDecode(bytes, out _, out var error) ? bytes : throw new ServiceException(error);
    }

    private static void SetAction(V1.RequestBody message, RequestAction action)
    {
        switch (action)
        {
            case RequestAction.CreateKeys create:
                message.CreateKeys = CreateKeysMapping.ToWire(create);
                break;
            case RequestAction.Sign sign:
                message.Sign = SignMapping.ToWire(sign);
                break;
            case MaintenanceAction.Refresh refresh:
                message.Refresh = MaintenanceMapping.ToWire(refresh);
                break;
            case MaintenanceAction.Reshare reshare:
                message.Reshare = MaintenanceMapping.ToWire(reshare);
                break;
            case MaintenanceAction.Recover recover:
                message.Recover = MaintenanceMapping.ToWire(recover);
                break;
            case AdministratorAction.Destroy destroy:
                message.Destroy = AdministratorMapping.ToWire(destroy);
                break;
            case AdministratorAction.CancelDestruction cancel:
                message.CancelDestruction = AdministratorMapping.ToWire(cancel);
                break;
            case AdministratorAction.EndAttempt end:
                message.EndAttempt = AdministratorMapping.ToWire(end);
                break;
            case AdministratorAction.CancelJob cancel:
                message.CancelJob = AdministratorMapping.ToWire(cancel);
                break;
            default:
                throw new ArgumentException($"unknown action {action.GetType().Name}", nameof(action));
        }
    }

    private static ServiceError? Parse(ReadOnlySpan<byte> body, out V1.RequestBody? message)
    {
        message = null;
        if (RequestShape.Check(body) is { } shape)
            return shape;
        try
        {
            message = Parser.ParseFrom(body);
        }
        catch (Exception e) when (MalformedMessage.Is(e))
        {
            return Refusal.Malformed("The request body is not a RequestBody message.");
        }
        // Equal length is checked first by SequenceEqual; a body is at most 1 MiB.
        return message.ToByteArray().AsSpan().SequenceEqual(body)
            ? null
            : Refusal.Malformed("The request body is not in its one canonical encoding (ascending fields, no defaults, no unknown fields, shortest varints).");
    }

    private static ServiceError? Read(V1.RequestBody message, out RequestBody? request)
    {
        request = null;
        if (message.ClusterId.Length != ClusterId.Size)
            return Refusal.Malformed($"cluster_id has {message.ClusterId.Length} bytes, expected {ClusterId.Size}.");
        if (CheckTexts(message) is { } text)
            return text;
        if (WireTimes.Read("issued_at_ms", message.IssuedAtMs, out var issued) is { } badIssue)
            return badIssue;
        if (WireTimes.Read("expires_at_ms", message.ExpiresAtMs, out var expires) is { } badExpiry)
            return badExpiry;
        if (expires <= issued)
            return Refusal.Malformed("expires_at_ms is not after issued_at_ms.");
        if (expires - issued > RequestBody.MaxLife)
            return new(Reason.ExpiryTooFar, $"The request would stay valid for {expires - issued}, more than {RequestBody.MaxLife.TotalDays:0} days.",
                "Set expires_at at most 7 days after issued_at.");

        var error = ReadAction(message, out var action);
        if (error is null)
            request = new(new(message.ClusterId.Span), message.IdempotencyKey, issued, expires, message.Note, action!);
        return error;
    }

    private static ServiceError? ReadAction(V1.RequestBody message, out RequestAction? action)
    {
        action = null;
        return message.ActionCase switch
        {
            V1.RequestBody.ActionOneofCase.CreateKeys => CreateKeysMapping.Read(message.CreateKeys, out action),
            V1.RequestBody.ActionOneofCase.Sign => SignMapping.Read(message.Sign, out action),
            V1.RequestBody.ActionOneofCase.Refresh => MaintenanceMapping.Read(message.Refresh, out action),
            V1.RequestBody.ActionOneofCase.Reshare => MaintenanceMapping.Read(message.Reshare, out action),
            V1.RequestBody.ActionOneofCase.Recover => MaintenanceMapping.Read(message.Recover, out action),
            V1.RequestBody.ActionOneofCase.Destroy => AdministratorMapping.Read(message.Destroy, out action),
            V1.RequestBody.ActionOneofCase.CancelDestruction => AdministratorMapping.Read(message.CancelDestruction, out action),
            V1.RequestBody.ActionOneofCase.EndAttempt => AdministratorMapping.Read(message.EndAttempt, out action),
            V1.RequestBody.ActionOneofCase.CancelJob => AdministratorMapping.Read(message.CancelJob, out action),
            V1.RequestBody.ActionOneofCase.None => Refusal.Malformed("The request has no action."),
        };
    }

    private static ServiceError? CheckTexts(V1.RequestBody message)
    {
        var key = message.IdempotencyKey;
        if (key.Length is 0 or > RequestBody.MaxIdempotencyKeyLength || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            return Refusal.Malformed($"idempotency_key must be 1..{RequestBody.MaxIdempotencyKeyLength} printable ASCII characters.");
        if (message.Note.Length > RequestBody.MaxNoteLength)
            return Refusal.Malformed($"note has {message.Note.Length} characters, at most {RequestBody.MaxNoteLength} are allowed.");
        // Notes reach terminals and logs; escape sequences must not.
        return message.Note.Any(char.IsControl) ? Refusal.Malformed("note holds control characters.") : null;
    }
}
