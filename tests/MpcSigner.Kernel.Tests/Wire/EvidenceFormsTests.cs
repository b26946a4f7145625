using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Frost;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Wire;

/// <summary>Evidence files as the wire document has them: written, read back, and refused in every other form.</summary>
[Trait("row", "X-evidence")]
public class EvidenceFormsTests
{
    private static readonly SessionId Session = new(GoldenBytes.Of("id/session"));
    private static readonly Digest32 Order = new(GoldenBytes.Of("digest/order"));

    private static Bytes32 Fill(byte value) => new(Enumerable.Repeat(value, 32).ToArray());

    private static byte[] Signature(int value) => [.. Enumerable.Repeat((byte)value, 64)];

    private static KeyRecord Record => KeyRecordEncoding.TryDecode(Suite.FrostEd25519, GoldenBytes.Of("key-record"), out var record) ? record! : throw new InvalidOperationException();

    private static EvidenceFile FileOf(FaultKind kind, PartyId? culprit, int? key, EvidenceSubject subject, params IReadOnlyList<ISignedEvidence> statements) => new(
        new(Fill(0xc1)), 3, new(Fill(0x62)), new(Fill(0xa1)), DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123), kind, culprit, key, subject, statements);

    private static SignedStatement Statement(Digest32 context, byte round, ushort from, ushort to, byte? t1, string payload) =>
        new(context, round, new(from), to, t1 is { } value ? new Digest32(Fill(value)) : null, System.Text.Encoding.ASCII.GetBytes(payload), Signature(0x90 + round));

    private static EvidenceFile OfCreation()
    {
        Assert.True(DkgInput.TryCreate(
            Suite.FrostEd25519, Order, 2, 2, [(new(1), new(Fill(0xa1))), (new(2), new(Fill(0xa2))), (new(300), new(Fill(0xcc)))], new(Fill(0xa1)), Session, out var input, out _));
        Assert.Equal(new Digest32(GoldenBytes.Of("evidence/context-of-creation")), input.Context);
        var order = new SignedRequest(GoldenBytes.Of("request-body/create-keys"), new(Fill(0xcc)), Signature(0x51));
        return FileOf(FaultKind.BadDealtShare, new PartyId(2), 1, new EvidenceSubject.KeyGeneration(order, input),
            Statement(input.Context, 2, 2, 0, 0x71, "an opening"), Statement(input.Context, 2, 2, 300, 0x71, "shares"));
    }

    private static EvidenceFile OfRefresh()
    {
        var record = Record;
        var action = new MaintenanceAction.Refresh(
            record.Suite, 1, [new(record.KeyId, record.Generation, new(GoldenBytes.Of("digest/key-record")))], record.Threshold, [.. record.Parties.Select(party => (party.Pid, party.Nid))]);
        Assert.True(MaintenanceTerms.TryCreate(action, new(GoldenBytes.Of("digest/order-refresh")), out var terms, out _));
        var input = MaintenanceInput.Create(terms, new(Fill(0xa1)), Session);
        Assert.Equal(new Digest32(GoldenBytes.Of("evidence/context-of-refresh")), input.Context);
        Assert.True(SignedOrderEncoding.TryDecode(GoldenBytes.Of("signed-order"), out var order));
        return FileOf(FaultKind.CommitmentEchoMismatch, null, null, new EvidenceSubject.Maintenance(order, input, [record]),
            Statement(input.Context, 1, 1, 0, null, "ctx and com"), Statement(input.Context, 1, 300, 0, null, "ctx and com"));
    }

    private static EvidenceFile OfSignature() => FileOf(FaultKind.BadSignatureShare, new PartyId(300), null,
        new EvidenceSubject.Signing(Record, GoldenBytes.Of("commit-certificate"), [(new(4), new(Fill(0xa4)))]),
        new FrostShare(new(300), "a request without osid"u8.ToArray(), Fill(0x22).ToArray(), Signature(0x99)));

    public static TheoryData<string> Forms => new() { "evidence/creation", "evidence/refresh", "evidence/signature" };

    private static EvidenceFile Of(string form) => form switch
    {
        "evidence/creation" => OfCreation(),
        "evidence/refresh" => OfRefresh(),
        "evidence/signature" => OfSignature(),
        _ => throw new InvalidOperationException(),
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Evidence_has_the_documents_form(string form)
    {
        var (golden, file) = (GoldenBytes.Of(form), Of(form));
        Assert.Equal(golden, EvidenceFileEncoding.Encode(file));
        Assert.True(EvidenceFileEncoding.TryDecode(golden, out var read, out var fault), fault);
        Assert.Equal(golden, EvidenceFileEncoding.Encode(read));
        Assert.Equal((file.Cluster, file.RosterVersion, file.Roster, file.Finder, file.FoundAt), (read.Cluster, read.RosterVersion, read.Roster, read.Finder, read.FoundAt));
        Assert.Equal((file.Kind, file.Culprit, file.Key, file.Subject.Protocol, file.Subject.Context), (read.Kind, read.Culprit, read.Key, read.Subject.Protocol, read.Subject.Context));
        Assert.Equal(file.Subject.Parties, read.Subject.Parties);
        Assert.Equal(file.Statements.Select(statement => Convert.ToHexString(statement.Encode())), read.Statements.Select(statement => Convert.ToHexString(statement.Encode())));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Rejects_every_other_length_and_every_byte_of_the_frame_that_is_not_the_documents(string form)
    {
        var golden = GoldenBytes.Of(form);
        for (var length = 0; length < golden.Length; length++)
            Assert.False(EvidenceFileEncoding.TryDecode(golden[..length], out _, out var fault) || fault.Length == 0, $"{length} of {golden.Length} bytes were read");
        Assert.False(EvidenceFileEncoding.TryDecode([.. golden, 0], out _, out _));
        // Whatever single byte is another: what is still read is written back in the same bytes, so that one file has one form.
        for (var at = 0; at < golden.Length; at++)
        {
            byte[] changed = [.. golden];
            changed[at] ^= 0x81;
            if (EvidenceFileEncoding.TryDecode(changed, out var read, out _))
                Assert.Equal(changed, EvidenceFileEncoding.Encode(read));
        }
        foreach (var (at, value) in ((int, byte)[])[(0, (byte)'X'), (4, 0), (4, 2), (5 + 32 + 4 + 32 + 32, 0xff), (5 + 32 + 4 + 32 + 32 + 8, 0xff), (5 + 32 + 4 + 32 + 32 + 8 + 4, 2), (5 + 32 + 4 + 32 + 32 + 8 + 7, 6)])
        {
            byte[] changed = [.. golden];
            changed[at] = value;
            Assert.False(EvidenceFileEncoding.TryDecode(changed, out _, out _), $"byte {at} = {value} was read");
        }
    }

    [Fact]
    public void Rejects_more_bytes_and_more_statements_than_the_bounds_allow()
    {
        Assert.False(EvidenceFileEncoding.TryDecode(new byte[EvidenceFile.MaxBytes + 1], out _, out var fault));
        Assert.Contains($"{EvidenceFile.MaxBytes}", fault, StringComparison.Ordinal);
        var file = OfCreation();
        var most = file with { Statements = [.. Enumerable.Repeat(file.Statements[0], EvidenceFile.MaxStatements)] };
        Assert.True(EvidenceFileEncoding.TryDecode(EvidenceFileEncoding.Encode(most), out _, out _));
        Assert.False(EvidenceFileEncoding.TryDecode(EvidenceFileEncoding.Encode(most with { Statements = [.. most.Statements, file.Statements[0]] }), out _, out _));
    }

    /// <summary>The numbers of faults stand in files that are kept for years.</summary>
    [Fact]
    public void Numbers_of_faults_are_the_documents()
    {
        (FaultKind Kind, int Number)[] frozen =
        [
            (FaultKind.MalformedMessage, 2), (FaultKind.CommitmentEchoMismatch, 5), (FaultKind.BadOpening, 6), (FaultKind.BadProofOfKnowledge, 7), (FaultKind.BadDealtShare, 8),
            (FaultKind.TranscriptEchoMismatch, 9), (FaultKind.BadShareProof, 10), (FaultKind.Equivocation, 11), (FaultKind.BadSignatureShare, 13), (FaultKind.BadKeyRecord, 28),
            (FaultKind.ForeignShareDealt, 29), (FaultKind.BadRecoverySum, 30),
        ];
        Assert.All(frozen, one => Assert.Equal(one.Number, (int)one.Kind));
        // Every kind that can be proven is among them.
        Assert.Empty(Enum.GetValues<FaultKind>().Where(kind => ProvableFaults.Describe(kind) is not null).Except(frozen.Select(one => one.Kind)));
    }
}
