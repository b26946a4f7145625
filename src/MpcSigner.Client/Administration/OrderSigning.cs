using MpcSigner.Client.Errors;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client.Administration;

/// <summary>Adds administrators' signatures, exactly as many as nodes want: one more would make another order of the same words.</summary>
internal sealed class OrderSigning(Roster roster, IReadOnlyList<IRequestSigner> signers)
{
    private static readonly RequestBodyCodec Codec = new();

    /// <summary>The administrators whose keys are at hand.</summary>
    /// <exception cref="MpcSignerException">CONFIGURATION: a key is no administrator's.</exception>
    public IReadOnlyList<(RosterAdministrator Administrator, IRequestSigner Signer)> Known { get; } =
    [
        .. signers.Select(s => (roster.Administrators.FirstOrDefault(a => a.SigningKey.Span.SequenceEqual(s.PublicKey.Span))
            ?? throw Failures.Configuration($"Roster version {roster.Version} names no administrator with key {Convert.ToHexStringLower(s.PublicKey.Span)}.", "Use the key of an administrator of the roster in force."), s)),
    ];

    /// <summary>How many signatures an action needs.</summary>
    public int Needed(RequestAction action) => action is AdministratorAction.CancelDestruction or AdministratorAction.CancelJob ? 1 : roster.Quorum;

    /// <summary>The order with the signatures it still lacked, as far as the keys at hand give them.</summary>
    public async Task<SignedOrder> SignAsync(SignedOrder order, CancellationToken cancellation)
    {
        var body = Read(order);
        var digest = RequestStatements.ClientRequest(order.Body.Span);
        CheckPresent(order, digest);
        var signatures = order.Signatures.ToList();
        foreach (var (administrator, signer) in Known)
        {
            if (signatures.Count >= Needed(body.Action))
                break;
            if (signatures.Any(s => s.Administrator == administrator.Id))
                continue;
            var signature = await signer.SignAsync(digest.ToArray(), cancellation).ConfigureAwait(false);
            if (!Ed25519Signature.Verify(signer.PublicKey.Span, digest.ToArray(), signature))
                throw Failures.Configuration("A signer gave a signature that does not verify under its own public key.", "Check the signer: key and public key do not belong together.");
            signatures.Add(new(administrator.Id, signature));
        }
        return order with { Signatures = [.. signatures.OrderBy(s => s.Administrator)] };
    }

    /// <summary>How many signatures an order still lacks.</summary>
    public int Missing(SignedOrder order) => Math.Max(0, Needed(Read(order).Action) - order.Signatures.Count);

    /// <exception cref="MpcSignerException">TOO_FEW_SIGNATURES, or too many; CONFIGURATION for a signature that does not verify.</exception>
    public void RequireSigned(SignedOrder order)
    {
        var needed = Needed(Read(order).Action);
        CheckPresent(order, RequestStatements.ClientRequest(order.Body.Span));
        var count = order.Signatures.Count;
        if (count < needed)
            throw new MpcSignerException(FailureKind.Denied, "TOO_FEW_SIGNATURES", $"{count} of {needed} administrators have signed{(count == 0 ? "" : ": " + string.Join(", ", order.Signatures.Select(s => Names.Of(roster, s.Administrator))))}.",
                $"Have {needed - count} more sign the file with mpcsigner job sign, then submit it.", []);
        if (count > needed)
            throw new MpcSignerException(FailureKind.Invalid, "BAD_ORDER", $"{count} administrators signed; nodes take exactly {needed}.", "Compose the orders anew, and sign them with as many.", []);
    }

    private RequestBody Read(SignedOrder order)
    {
        if (!Codec.TryDecode(order.Body.Span, out var body, out var error))
            throw Failures.From(error);
        return body.Cluster == roster.Cluster ? body
            : throw new MpcSignerException(FailureKind.Invalid, "WRONG_CLUSTER", $"The order is for cluster {body.Cluster}; the roster is that of {roster.Cluster}.", "Use the administrator's folder of the cluster that is meant.", []);
    }

    private void CheckPresent(SignedOrder order, Digest32 digest)
    {
        foreach (var signature in order.Signatures)
        {
            if (roster.Find(signature.Administrator) is not { } administrator)
                throw new MpcSignerException(FailureKind.Invalid, "UNKNOWN_ADMINISTRATOR", $"Roster version {roster.Version} names no administrator {signature.Administrator}: it may have been removed since.",
                    "Compose the orders anew, and have administrators of the roster in force sign them.", []);
            if (!Ed25519Signature.Verify(administrator.SigningKey.Span, digest.ToArray(), signature.Signature.Span))
                throw Failures.Configuration($"The signature of administrator {administrator.Name} does not verify.", "The file was altered after it was signed: compose it anew.");
        }
    }
}
