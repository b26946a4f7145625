using Google.Protobuf;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Services;

/// <summary>Rows of a key as administrators see them.</summary>
internal static class KeyStateMessages
{
    /// <summary>The newest ones, and the first if it is 0; a key that is refreshed every day would fill pages with its past.</summary>
    public const int MaxGenerations = 8;

    /// <param name="rows">At least one, ascending by generation.</param>
    /// <param name="begun">Maintenance begun here for the key.</param>
    /// <param name="anchor">Null where the node has none.</param>
    public static V1.KeyGenerations ToWire(IReadOnlyList<KeyRow> rows, IReadOnlyList<MaintenanceRow> begun, V1.KeyAnchor? anchor)
    {
        var newest = rows[^1];
        // Generation 0 is bound to the key's id by its creation: what later ones are measured against.
        List<KeyRow> shown = [.. rows.Skip(rows.Count - MaxGenerations)];
        if (rows[0].Record.Generation == 0 && shown[0] != rows[0])
            shown[0] = rows[0];
        var inUse = (rows.LastOrDefault(r => r.State == KeyState.Active) ?? newest).Record;
        var message = new V1.KeyGenerations
        {
            KeyId = ByteString.CopyFrom(newest.Record.KeyId.ToArray()),
            Suite = (V1.Suite)newest.Record.Suite,
            Label = newest.Label,
            Usage = KeyMessages.ToWire(newest.Usage),
            Owner = ByteString.CopyFrom(newest.Owner.ToArray()),
            Earlier = (uint)Math.Max(0, rows.Count - shown.Count),
            LastAttempt = LastAttempt(begun.Where(m => m.Kind != MaintenanceKinds.Recovery), inUse.KeyId, inUse.Generation + 1),
            Anchor = anchor,
            LastRecovery = LastAttempt(begun.Where(m => m.Kind == MaintenanceKinds.Recovery), inUse.KeyId, inUse.Generation),
        };
        message.Generations.Add(shown.Select(ToWire));
        return message;
    }

    private static uint LastAttempt(IEnumerable<MaintenanceRow> begun, KeyId key, uint generation) =>
        begun.Where(m => m.Keys.Contains((key, generation))).Select(m => m.Attempt).DefaultIfEmpty(0u).Max();

    private static V1.KeyGeneration ToWire(KeyRow row)
    {
        var message = new V1.KeyGeneration
        {
            Generation = row.Record.Generation,
            State = row.State switch
            {
                KeyState.Pending => V1.KeyGenerationState.Pending,
                KeyState.Active => V1.KeyGenerationState.Active,
                KeyState.Retired => V1.KeyGenerationState.Retired,
                KeyState.Erased => V1.KeyGenerationState.Erased,
                KeyState.Destroyed => V1.KeyGenerationState.Destroyed,
            },
            RecordHash = ByteString.CopyFrom(row.RecordHash.ToArray()),
            Record = ByteString.CopyFrom(KeyRecordEncoding.Encode(row.Record)),
            Certificate = ByteString.CopyFrom(row.Certificate.Span),
            Order = ByteString.CopyFrom(row.Order.ToArray()),
            Attempt = row.Attempt,
            CreatedAtMs = row.CreatedAt.ToUnixTimeMilliseconds(),
        };
        message.Dealers.Add(row.Dealers.Select(d => AdministratorMessages.ToWire(d.Pid, d.Nid)));
        return message;
    }
}

/// <summary>What <see cref="MaintenanceRow.Kind"/> says.</summary>
internal static class MaintenanceKinds
{
    public const byte Recovery = 5;
}
