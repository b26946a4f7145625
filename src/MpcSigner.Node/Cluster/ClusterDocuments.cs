using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Documents;
using MpcSigner.Documents.Policies;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Policy;

namespace MpcSigner.Node.Cluster;

/// <summary>Roster and policy as this node has verified them itself.</summary>
internal sealed record ClusterDocuments(Roster Roster, ClusterPolicy Policy)
{
    /// <summary>Reads both and checks that the pinned administrator signed exactly these bytes for this cluster.</summary>
    /// <exception cref="StartRefusedException">Unreadable, wrong, or not so signed.</exception>
    public static ClusterDocuments Load(NodeOptions options)
    {
        var rosterBytes = BoundedFile.Read(options.Roster, RosterDocument.Bounds.MaxBytes, ExitCode.RosterInvalid, "The roster");
        if (!RosterDocument.TryParse(rosterBytes, out var roster, out var rosterErrors))
            throw Invalid(ExitCode.RosterInvalid, "roster", options.Roster, rosterErrors);
        CheckSignature(options.RosterSignature, rosterBytes, DocumentKind.Roster, roster, options, ExitCode.RosterSignature);

        var policyBytes = BoundedFile.Read(options.Policy, PolicyDocument.Bounds.MaxBytes, ExitCode.PolicyInvalid, "The policy");
        if (!PolicyDocument.TryParse(policyBytes, out var policy, out var policyErrors))
            throw Invalid(ExitCode.PolicyInvalid, "policy", options.Policy, policyErrors);
        CheckSignature(options.PolicySignature, policyBytes, DocumentKind.Policy, roster, options, ExitCode.PolicySignature);
        return new(roster, policy);
    }

    private static void CheckSignature(string path, byte[] document, DocumentKind kind, Roster roster, NodeOptions options, ExitCode code)
    {
        var what = kind is DocumentKind.Roster ? "roster" : "policy";
        var bytes = BoundedFile.Read(path, Documents.Yaml.YamlBounds.Small.MaxBytes, code, $"The signature of the {what}");
        if (!DocumentSignature.TryParse(bytes, out var signature, out var errors))
            throw Invalid(code, $"signature of the {what}", path, errors);
        if (!signature.Verify(document, kind, roster, Ed25519Signature.Verify, out var problem))
            throw new StartRefusedException(code, $"The {what} is refused: {problem}.", $"Have the administrator sign this very {what}, or restore the signed one.");
        // The roster names its own administrators: without the pin, whoever writes a roster could sign it.
        var signer = roster.Administrators.First(a => a.Name == signature.Administrator);
        if (!signer.SigningKey.Span.SequenceEqual(options.AdministratorKey.Span))
        {
            throw new StartRefusedException(code,
                $"The {what} is signed by administrator {signer.Name} with key {Convert.ToHexStringLower(signer.SigningKey.Span)}, but administrator_key in the options is {Convert.ToHexStringLower(options.AdministratorKey.Span)}.",
                "Find out which of the two is right before you change either.");
        }
    }

    private static StartRefusedException Invalid(ExitCode code, string what, string path, IEnumerable<DocumentError> errors) =>
        new(code, $"The {what} {path} has errors:{string.Concat(errors.Select(e => $"\n  {e}"))}\n", "Correct it and have it signed again.");
}
