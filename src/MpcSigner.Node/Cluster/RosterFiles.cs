using System.Globalization;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Yaml;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Cluster;

/// <summary>The chain of rosters in a node's files: the first one as the options name it, later versions beside it (roster.v2.yaml with roster.v2.yaml.sig, and so on). A node that joins a running cluster needs those up to the one that names it.</summary>
internal static class RosterFiles
{
    private const string SignatureSuffix = ".sig";

    /// <summary>The newest version, verified from the first on.</summary>
    /// <exception cref="StartRefusedException">One is unreadable or does not follow.</exception>
    public static Roster Load(NodeOptions options)
    {
        var (bytes, signatures) = Read(options.Roster, options.RosterSignature);
        if (!RosterChain.TryBegin(bytes, [signatures], options.AdministratorKey.Span, Ed25519Signature.Verify, out var roster, out var refusal))
            throw Refused(options.Roster, refusal);
        for (var path = PathOf(options.Roster, roster.Version + 1); File.Exists(path); path = PathOf(options.Roster, roster.Version + 1))
        {
            (bytes, signatures) = Read(path, path + SignatureSuffix);
            if (!RosterChain.TryExtend(roster, bytes, [signatures], Ed25519Signature.Verify, out var next, out refusal))
                throw Refused(path, refusal);
            roster = next;
        }
        return roster;
    }

    private static (byte[] Roster, byte[] Signatures) Read(string roster, string signatures) =>
        (BoundedFile.Read(roster, RosterDocument.Bounds.MaxBytes, ExitCode.RosterInvalid, "The roster"),
            BoundedFile.Read(signatures, YamlBounds.Small.MaxBytes, ExitCode.RosterSignature, "The signature of the roster"));

    private static string PathOf(string first, uint version) => Path.Combine(Path.GetDirectoryName(first) ?? "",
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(first)}.v{version}{Path.GetExtension(first)}"));

    private static StartRefusedException Refused(string path, RosterRefusal refusal) => new(
        refusal.Fault is RosterFault.Unreadable ? ExitCode.RosterInvalid : ExitCode.RosterSignature,
        $"The roster {path} is refused: {refusal.Message}", refusal.NextStep);
}
