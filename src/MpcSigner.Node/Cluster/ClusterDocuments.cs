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
internal sealed class ClusterDocuments
{
    private readonly NodeOptions _options;
    private readonly byte[] _policyBytes;
    private readonly DocumentSignatures _policySignatures;

    private ClusterDocuments(NodeOptions options, Roster roster, ClusterPolicy policy, byte[] policyBytes, DocumentSignatures policySignatures) =>
        (_options, Roster, Policy, _policyBytes, _policySignatures) = (options, roster, policy, policyBytes, policySignatures);

    /// <summary>The newest version in the node's files. The store may hold later ones, which it has accepted while it ran.</summary>
    public Roster Roster { get; }

    /// <summary>Not to be used before <see cref="RequirePolicy"/> was asked.</summary>
    public ClusterPolicy Policy { get; }

    /// <summary>Reads both. The pinned administrator signed the first roster, later versions follow it by their chain.</summary>
    /// <exception cref="StartRefusedException">Unreadable, wrong, or not so signed.</exception>
    public static ClusterDocuments Load(NodeOptions options)
    {
        var roster = RosterFiles.Load(options);
        var policyBytes = BoundedFile.Read(options.Policy, PolicyDocument.Bounds.MaxBytes, ExitCode.PolicyInvalid, "The policy");
        if (!PolicyDocument.TryParse(policyBytes, out var policy, out var errors))
            throw Invalid(ExitCode.PolicyInvalid, "policy", options.Policy, errors);
        var signatureBytes = BoundedFile.Read(options.PolicySignature, Documents.Yaml.YamlBounds.Small.MaxBytes, ExitCode.PolicySignature, "The signature of the policy");
        if (!DocumentSignatures.TryParse(signatureBytes, out var signatures, out errors))
            throw Invalid(ExitCode.PolicySignature, "signature of the policy", options.PolicySignature, errors);
        return new(options, roster, policy, policyBytes, signatures);
    }

    /// <summary>Refuses a policy that is signed neither as the roster in force asks nor as the files' roster did when the policy came with it.</summary>
    /// <exception cref="StartRefusedException">Not so signed.</exception>
    public void RequirePolicy(Roster inForce)
    {
        if (_policySignatures.Judge(_policyBytes, DocumentKind.Policy, inForce, Ed25519Signature.Verify) is not { } refusal
            || _policySignatures.Judge(_policyBytes, DocumentKind.Policy, Roster, Ed25519Signature.Verify) is null)
            return;
        throw new StartRefusedException(ExitCode.PolicySignature, $"The policy {_options.Policy} is refused under version {inForce.Version} of the roster: {refusal.Message}.",
            $"Have {(inForce.Quorum == 1 ? "an administrator" : $"{inForce.Quorum} administrators")} of the roster in force sign this very policy, or restore the signed one.");
    }

    private static StartRefusedException Invalid(ExitCode code, string what, string path, IEnumerable<DocumentError> errors) =>
        new(code, $"The {what} {path} has errors:{string.Concat(errors.Select(e => $"\n  {e}"))}\n", "Correct it and have it signed again.");
}
