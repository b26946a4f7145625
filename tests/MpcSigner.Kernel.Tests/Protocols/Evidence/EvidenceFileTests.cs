using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>The bytes of an evidence file: every field's bounds, and that one file has one form.</summary>
public sealed class EvidenceFileTests : IDisposable
{
    private const int VersionAt = 4, TimeAt = 105, KindAt = 113, CulpritAt = 115, HasKeyAt = 117, KeyAt = 118, ProtocolAt = 120;

    private readonly EvidenceScene _scene = EvidenceScene.KeyGeneration(DkgCheat.Round2WrongShareForVictim);
    private readonly EvidenceFile _file;
    private readonly byte[] _bytes;

    public EvidenceFileTests()
    {
        _file = _scene.Files.First();
        _bytes = EvidenceFileEncoding.Encode(_file);
    }

    public void Dispose() => _scene.Dispose();

    private static EvidenceFile? Read(byte[] bytes)
    {
        Assert.Equal(EvidenceFileEncoding.TryDecode(bytes, out var file, out var fault), fault is null);
        Assert.Equal(file is null, fault is not null);
        return file;
    }

    private byte[] With(int at, params byte[] value)
    {
        byte[] changed = [.. _bytes];
        value.CopyTo(changed, at);
        return changed;
    }

    [Fact]
    public void A_file_says_after_a_journey_what_it_said_before()
    {
        var read = Read(_bytes)!;
        Assert.Equal(
            (_file.Cluster, _file.RosterVersion, _file.Roster, _file.Finder, _file.FoundAt, _file.Kind, _file.Culprit, _file.Key),
            (read.Cluster, read.RosterVersion, read.Roster, read.Finder, read.FoundAt, read.Kind, read.Culprit, read.Key));
        Assert.Equal(_file.Statements, read.Statements);
        Assert.Equal(_file.Subject.Context, read.Subject.Context);
        var view = Read(EvidenceFileEncoding.Encode(_file with { Culprit = null, Key = null }))!;
        Assert.Equal((null, null), (view.Culprit, view.Key));
        Assert.Equal(EvidenceFile.IdOf(_bytes), EvidenceFile.IdOf([.. _bytes]));
        Assert.NotEqual(EvidenceFile.IdOf(_bytes), EvidenceFile.IdOf(With(TimeAt + 7, 1)));
    }

    [Fact]
    public void Every_other_length_is_refused()
    {
        for (var length = 0; length < _bytes.Length; length++)
            Assert.Null(Read(_bytes[..length]));
        Assert.Null(Read([.. _bytes, 0]));
        Assert.Null(Read(new byte[EvidenceFile.MaxBytes + 1]));
    }

    [Theory]
    [InlineData(0, 0x6d)] // another magic
    [InlineData(VersionAt, 0)]
    [InlineData(VersionAt, 2)]
    [InlineData(KindAt + 1, 0)] // no kind of fault
    [InlineData(KindAt + 1, 31)]
    [InlineData(KindAt, 1)]
    [InlineData(HasKeyAt, 2)]
    [InlineData(ProtocolAt, 0)]
    [InlineData(ProtocolAt, (byte)ProtocolKind.PairSetup)]
    [InlineData(ProtocolAt, (byte)ProtocolKind.Presign)]
    [InlineData(ProtocolAt, 8)]
    public void A_field_out_of_its_bounds_is_refused(int at, byte value) => Assert.Null(Read(With(at, value)));

    /// <summary>A key number beside "no key": the same file in another form, which would have another name.</summary>
    [Fact]
    public void A_file_has_one_form()
    {
        Assert.NotNull(Read(With(HasKeyAt, 0, 0, 0)));
        Assert.Null(Read(With(HasKeyAt, 0, 0, 1)));
        Assert.Equal((ushort)0x0102, (ushort)Read(With(KeyAt, 1, 2))!.Key!.Value);
        Assert.Equal(new PartyId(0x0102), Read(With(CulpritAt, 1, 2))!.Culprit);
        Assert.Null(Read(With(CulpritAt, 0, 0))!.Culprit);
    }

    [Fact]
    public void Times_go_to_the_end_of_the_year_9999()
    {
        Assert.Equal(9999, Read(EvidenceFileEncoding.Encode(_file with { FoundAt = DateTimeOffset.FromUnixTimeMilliseconds(253_402_300_799_999) }))!.FoundAt.Year);
        Assert.Equal(1970, Read(EvidenceFileEncoding.Encode(_file with { FoundAt = DateTimeOffset.UnixEpoch }))!.FoundAt.Year);
        Assert.Null(Read(With(TimeAt, 0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc, 0x00))); // one millisecond more
        Assert.Null(Read(With(TimeAt, 255, 255, 255, 255, 255, 255, 255, 255)));
    }

    [Fact]
    public void Statements_are_counted_and_of_parties()
    {
        EvidenceFile Holding(int count) => _file with { Statements = [.. Enumerable.Repeat(_file.Statements[0], count)] };
        Assert.Equal(EvidenceFile.MaxStatements, Read(EvidenceFileEncoding.Encode(Holding(EvidenceFile.MaxStatements)))!.Statements.Count);
        Assert.Null(Read(EvidenceFileEncoding.Encode(Holding(EvidenceFile.MaxStatements + 1))));
        Assert.Empty(Read(EvidenceFileEncoding.Encode(Holding(0)))!.Statements);
        var statement = (SignedStatement)_file.Statements[0];
        Assert.Null(Read(EvidenceFileEncoding.Encode(_file with { Statements = [statement with { From = default }] })));
    }

    [Fact]
    public void Maintenance_is_of_its_order_its_terms_and_all_its_records()
    {
        using var scene = EvidenceScene.Maintenance(ProtocolKind.Reshare, MaintenanceCheat.Round2WrongShareForVictim);
        var file = scene.Files.First();
        var bytes = EvidenceFileEncoding.Encode(file);
        var read = Assert.IsType<EvidenceSubject.Maintenance>(Read(bytes)!.Subject);
        var subject = (EvidenceSubject.Maintenance)scene.Subject;
        Assert.Equal((subject.Input.Context, subject.Records.Count), (read.Input.Context, read.Records.Count));
        Assert.Equal(scene.Subject.Parties, read.Parties);
        Assert.Equal(ProtocolKind.Reshare, read.Protocol);
        // Fewer records, others, another protocol's terms: they do not fit the inputs.
        Assert.Null(Read(EvidenceFileEncoding.Encode(file with { Subject = subject with { Records = [.. subject.Records.Skip(1)] } })));
        Assert.Null(Read(EvidenceFileEncoding.Encode(file with { Subject = subject with { Records = [] } })));
        Assert.Null(Read(EvidenceFileEncoding.Encode(file with { Subject = subject with { Records = [.. subject.Records.Reverse()] } })));
        Assert.Null(Read(EvidenceFileEncoding.Encode(file with { Subject = subject with { Records = [.. subject.Records.SkipLast(1), subject.Records[^1] with { Threshold = 3 }] } })));
        foreach (var protocol in (ProtocolKind[])[ProtocolKind.Refresh, ProtocolKind.Recovery, ProtocolKind.Dkg, ProtocolKind.Frost])
        {
            byte[] changed = [.. bytes];
            changed[ProtocolAt] = (byte)protocol;
            Assert.Null(Read(changed));
        }
        for (var length = ProtocolAt; length < bytes.Length; length += 7)
            Assert.Null(Read(bytes[..length]));
    }

    /// <summary>The first and the last suite there is, and none besides.</summary>
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Maintenance_is_of_a_suite_that_exists(Suite suite)
    {
        using var scene = EvidenceScene.Maintenance(ProtocolKind.Refresh, MaintenanceCheat.Round2WrongShareForVictim, suite);
        var bytes = EvidenceFileEncoding.Encode(scene.Files.First());
        Assert.Equal((byte)suite, bytes[ProtocolAt + 1]);
        Assert.Equal(scene.Subject.Context, Read(bytes)!.Subject.Context);
        foreach (byte other in (byte[])[0, 2, 6, 255])
        {
            byte[] changed = [.. bytes];
            changed[ProtocolAt + 1] = other;
            Assert.Null(Read(changed));
        }
    }
}
