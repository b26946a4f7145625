using System.Security.Cryptography;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client.Calls;

/// <summary>A request with its one encoding and its signature.</summary>
internal sealed record ComposedRequest(RequestBody Body, SignedRequest Signed);

/// <summary>Writes and signs requests as this client.</summary>
internal sealed class RequestComposer(Roster roster, ClientId client, MpcSignerClientOptions options)
{
    private readonly RequestBodyCodec _codec = new();

    public async Task<ComposedRequest> ComposeAsync(RequestAction action, string? idempotencyKey, DateTimeOffset? issuedAt, string note, CancellationToken cancellation)
    {
        // The wire counts whole milliseconds.
        var issued = DateTimeOffset.FromUnixTimeMilliseconds((issuedAt ?? options.Time.GetUtcNow()).ToUnixTimeMilliseconds());
        var body = new RequestBody(roster.Cluster, idempotencyKey ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), issued, issued + options.RequestLife, note, action);
        byte[] bytes;
        try
        {
            bytes = _codec.Encode(body);
        }
        catch (ServiceException e)
        {
            throw Failures.From(e.Error, e);
        }
        var digest = RequestStatements.ClientRequest(bytes).ToArray();
        var signature = await options.Signer.SignAsync(digest, cancellation).ConfigureAwait(false);
        if (!Ed25519Signature.Verify(options.Signer.PublicKey.Span, digest, signature))
            throw Failures.Configuration("The request signer gave a signature that does not verify under its own public key.", "Check the signer: key and public key do not belong together.");
        return new(body, new(bytes, client, signature));
    }
}
