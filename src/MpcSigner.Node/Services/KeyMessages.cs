using Google.Protobuf;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Stored rows as clients see them.</summary>
internal static class KeyMessages
{
    /// <summary>As its creation or a read shows it, beside its anchor where the caller knows none.</summary>
    public static V1.Key ToWire(KeyRow row, IReadOnlyDictionary<KeyId, KeyAnchor> anchors, AnchorMessages messages)
    {
        var message = ToWire(row);
        if (row.State == KeyState.Active && anchors.TryGetValue(row.Record.KeyId, out var anchor))
            message.Anchor = messages.ToWire(anchor, withRecord: row.Record.Generation > 0);
        return message;
    }

    public static V1.Key ToWire(KeyRow row)
    {
        var message = WithoutDealers(row);
        message.Dealers.Add(row.Dealers.Select(d => AdministratorMessages.ToWire(d.Pid, d.Nid)));
        return message;
    }

    private static V1.Key WithoutDealers(KeyRow row) => new()
    {
        KeyId = ByteString.CopyFrom(row.Record.KeyId.ToArray()),
        Suite = (V1.Suite)row.Record.Suite,
        Record = ByteString.CopyFrom(KeyRecordEncoding.Encode(row.Record)),
        Certificate = ByteString.CopyFrom(row.Certificate.Span),
        Label = row.Label,
        Usage = ToWire(row.Usage),
        Owner = ByteString.CopyFrom(row.Owner.ToArray()),
        State = row.State switch
        {
            KeyState.Pending => V1.KeyState.Pending,
            KeyState.Active => V1.KeyState.Active,
            KeyState.Destroyed => V1.KeyState.Destroyed,
            KeyState.Retired or KeyState.Erased => throw new InvalidOperationException($"a {row.State} generation of key {row.Record.KeyId} is never shown"),
        },
        CreatedAtMs = row.CreatedAt.ToUnixTimeMilliseconds(),
    };

    public static V1.KeyUsage ToWire(KeyUsage usage) => usage switch
    {
        KeyUsage.Transactions => V1.KeyUsage.Transactions,
        KeyUsage.TransactionsAndRaw => V1.KeyUsage.TransactionsAndRaw,
    };

    public static V1.RequestStatus ToWire(RequestRow row) => new()
    {
        State = row.State switch
        {
            RequestState.Received => V1.RequestState.Received,
            RequestState.Denied => V1.RequestState.Denied,
            RequestState.Ready => V1.RequestState.Ready,
            RequestState.Signing => V1.RequestState.Signing,
            RequestState.Completed => V1.RequestState.Completed,
            RequestState.Failed => V1.RequestState.Failed,
            RequestState.Expired => V1.RequestState.Expired,
        },
        BodyHash = ByteString.CopyFrom(row.BodyHash.ToArray()),
        Result = ByteString.CopyFrom(row.Result.Span),
        ReceivedAtMs = row.ReceivedAt.ToUnixTimeMilliseconds(),
        UpdatedAtMs = row.UpdatedAt.ToUnixTimeMilliseconds(),
        ExpiresAtMs = row.ExpiresAt.ToUnixTimeMilliseconds(),
    };
}
