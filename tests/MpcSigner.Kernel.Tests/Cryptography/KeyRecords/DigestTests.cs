using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Statements;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.KeyRecords;

/// <summary>Each statement's preimage, written out from the table of spec §3.4.</summary>
public sealed class DigestTests
{
    private static readonly byte[] A = Fill(1), B = Fill(2), C = Fill(3), D = Fill(4), Nil = new byte[32];

    [Fact]
    public void Key_record()
    {
        KeyParty[] parties = [new(new(1), new(A), B), new(new(258), new(C), D)];
        var record = new KeyRecord(Suite.FrostEd25519, new(D), 7, 2, parties, C, new(B));

        Assert.Equal(
            H("key-record", "frost-ed25519"u8.ToArray(), "edwards25519"u8.ToArray(), D, [0, 0, 0, 7], [2], [2], [0, 2], [0, 1, .. A, .. B], [1, 2, .. C, .. D], C, B),
            KeyRecordHash.Compute(record));
    }

    [Fact]
    public void Orders_and_key_ids()
    {
        Assert.Equal(H("order", [2], A, B), OrderHash.Compute(OrderKind.Creation, new(A), new(B)));
        Assert.Equal(H("order", [5], A, B), OrderHash.Compute(OrderKind.Recovery, new(A), new(B)));
        Assert.Equal(H("order-signers", [0, 2], A, B).Value, OrderHash.SignersId([new(A), new(B)]));
        Assert.Equal(H("key-id", A, [1, 2]).Value, KeyIds.Derive(new(A), 258).Value);
        Assert.Equal([KeyIds.Derive(new(A), 0), KeyIds.Derive(new(A), 1)], KeyIds.DeriveAll(new(A), 2));
    }

    [Fact]
    public void Statements_of_a_life()
    {
        Assert.Equal(H("ack", [1], "ecdsa"u8.ToArray(), Nil, A, B, C), LifecycleDigests.Ack(Suite.EcdsaP256, default, new(A), new(B), new(C)));
        Assert.Equal(H("done", [1], A, B), LifecycleDigests.Done(new(A), new(B)));
        Assert.Equal(H("abort", [1], A, [1]), LifecycleDigests.Abort(new(A), AbortKind.Ordered));
    }

    [Fact]
    public void Statements_about_requests()
    {
        Assert.Equal(H("client-request", [1], [7, 8]), RequestStatements.ClientRequest([7, 8]));
        Assert.Equal(H("booking-scope", [3], A, "key-1"u8.ToArray()), RequestStatements.BookingScope(3, new(A), "key-1"));
        Assert.Equal(H("booking", [1], A, [3], B, C, D), RequestStatements.Booking(new(A), 3, new(B), new(C), new(D)));
        Assert.Equal(H("log-entry", A, [5]), AuditStatements.EntryHash(new(A), [5]));
        Assert.Equal(H("log-head", A, B, [0, 0, 0, 0, 0, 0, 1, 0], C), AuditStatements.Head(new(A), new(B), 256, new(C)));
    }

    [Fact]
    public void Rejects_signers_that_repeat_or_descend_and_places_out_of_range()
    {
        Assert.Throws<ArgumentException>(() => OrderHash.SignersId([]));
        Assert.Throws<ArgumentException>(() => OrderHash.SignersId([new(A), new(A)]));
        Assert.Throws<ArgumentException>(() => OrderHash.SignersId([new(B), new(A)]));
        Assert.Throws<ArgumentException>(() => OrderHash.SignersId(new Bytes32[OrderHash.MaxSigners + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyIds.Derive(default, KeyLimits.MaxBatch));
    }

    private static Digest32 H(string tag, params byte[][] fields)
    {
        using var preimage = new MemoryStream();
        foreach (var field in fields.Prepend(Encoding.ASCII.GetBytes("TSS1/" + tag)))
        {
            var length = new byte[4];
            BinaryPrimitives.WriteInt32BigEndian(length, field.Length);
            preimage.Write(length);
            preimage.Write(field);
        }
        return new(SHA256.HashData(preimage.ToArray()));
    }

    private static byte[] Fill(byte value) => [.. Enumerable.Repeat(value, 32)];
}
