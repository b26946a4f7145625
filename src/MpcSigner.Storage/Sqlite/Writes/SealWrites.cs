using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>Another generation of the sealing key: the same shares in other sealed bytes.</summary>
internal static class SealWrites
{
    internal static int Replace(SqliteConnection connection, IReadOnlyList<ResealedShare> shares)
    {
        var replaced = 0;
        foreach (var share in shares)
        {
            Bounds.CheckPresent(share.New, nameof(share.New));
            connection.Statement("UPDATE sealed_share SET sealed = ? WHERE key_id = ? AND generation = ? AND sealed = ?")
                .Bind(share.New.Span).Bind(share.Key.Value).Bind(share.Generation).Bind(share.Old.Span).Run();
            replaced += connection.Changes;
        }
        return replaced;
    }

    internal static void Retire(SqliteConnection connection, ReadOnlyMemory<byte> parameters, ReadOnlyMemory<byte> verifier, long? retired)
    {
        connection.Statement("UPDATE meta SET seal_parameters = ?, seal_verifier = ?").Bind(parameters.Span).Bind(verifier.Span).Run();
        if (connection.Changes != 1)
            throw new StoreConflictException("the row that says whose store it is is missing");
        if (retired is { } count)
            connection.Statement("UPDATE erasure SET retired = max(retired, ?)").Bind(count).Run();
    }

    internal static ErasureCounts Count(SqliteConnection connection) => SqliteReads.Rows(
        connection.Statement("SELECT deleted, retired FROM erasure"), r => new ErasureCounts(r.Number(0), r.Number(1))).SingleOrDefault()
        ?? throw new InvalidDataException("the row that counts erased shares is missing");
}
