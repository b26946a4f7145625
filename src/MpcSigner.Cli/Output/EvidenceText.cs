using System.Globalization;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Cli.Output;

/// <summary>Evidence as people and scripts see it.</summary>
internal static class EvidenceText
{
    public static string Fault(int kind) => Enum.IsDefined((FaultKind)kind) ? ((FaultKind)kind).ToString() : $"fault {kind.ToString(CultureInfo.InvariantCulture)}";

    public static string Protocol(int protocol) => (ProtocolKind)protocol switch
    {
        ProtocolKind.Dkg => "key generation",
        ProtocolKind.Refresh => "refresh",
        ProtocolKind.Reshare => "reshare",
        ProtocolKind.Recovery => "recovery",
        ProtocolKind.Frost => "FROST signature",
        _ => $"protocol {protocol.ToString(CultureInfo.InvariantCulture)}",
    };

    public static EvidenceFile Read(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: > EvidenceFile.MaxBytes })
            throw CliException.Usage($"{path} is larger than {EvidenceFile.MaxBytes} bytes.", "Check that it is an evidence file.");
        return EvidenceFileEncoding.TryDecode(File.ReadAllBytes(path), out var file, out var fault)
            ? file
            : throw CliException.Usage($"{path} cannot be read as evidence. {fault}", "Export it again: mpcsigner evidence export.");
    }

    public static object Describe(EvidenceFile file) => new
    {
        Protocol = Protocol((int)file.Subject.Protocol), ClusterId = file.Cluster.ToString(), Context = file.Subject.Context?.ToString(), Order = OrderOf(file), Session = SessionOf(file),
        Claimed = file.Kind.ToString(), Party = file.Culprit?.Value, file.Key, KeyId = KeyOf(file), FoundBy = file.Finder.ToString(), file.FoundAt, ClaimedRosterVersion = file.RosterVersion,
    };

    public static void PrintSession(TextWriter text, EvidenceFile file)
    {
        text.WriteLine($"claim      {file.Kind}{(file.Culprit is { } culprit ? $" by party {culprit}" : ", nobody named")}{(KeyOf(file) is { } key ? $", key {key}" : "")}");
        text.WriteLine($"in         {Protocol((int)file.Subject.Protocol)}{(SessionOf(file) is { } session ? $", session {session}" : "")}");
        if (OrderOf(file) is { } order)
            text.WriteLine($"order      {order}");
        text.WriteLine($"found by   node {file.Finder} at {file.FoundAt:u}, by its own word under roster version {file.RosterVersion}");
    }

    public static void Print(TextWriter text, EvidenceVerdict verdict) =>
        text.WriteLine(verdict.Convicts ? $"CONVICTS   {verdict.Detail}\n           identity key {Convert.ToHexStringLower(verdict.Identity!.Key.Bytes)}" : $"does not convict: {verdict.Detail}");

    private static string? OrderOf(EvidenceFile file) => file.Subject switch
    {
        EvidenceSubject.KeyGeneration made => made.Input.Order.ToString(),
        EvidenceSubject.Maintenance maintained => maintained.Input.Terms.Order.ToString(),
        _ => null,
    };

    private static string? SessionOf(EvidenceFile file) => file.Subject switch
    {
        EvidenceSubject.KeyGeneration made => made.Input.Session.ToString(),
        EvidenceSubject.Maintenance maintained => maintained.Input.Session.ToString(),
        _ => null,
    };

    /// <summary>Which key the fault is about, where one is.</summary>
    private static string? KeyOf(EvidenceFile file) => (file.Subject, file.Key) switch
    {
        (EvidenceSubject.KeyGeneration made, { } k) when k < made.Input.Count => made.Input.KeyIds[k].ToString(),
        (EvidenceSubject.Maintenance maintained, { } k) when k < maintained.Records.Count => maintained.Records[k].KeyId.ToString(),
        (EvidenceSubject.Signing signing, _) => signing.Record.KeyId.ToString(),
        _ => null,
    };
}
