using System.Security.Cryptography;
using MpcSigner.Client.Errors;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Requests;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client.Administration;

/// <summary>Writes orders as request bodies, each under an idempotency key of its own, unsigned yet.</summary>
internal sealed class OrderWriter(ClusterId cluster, DateTimeOffset issued, TimeSpan life)
{
    private static readonly RequestBodyCodec Codec = new();

    /// <summary>The wire counts whole milliseconds.</summary>
    public DateTimeOffset Issued { get; } = DateTimeOffset.FromUnixTimeMilliseconds(issued.ToUnixTimeMilliseconds());

    public SignedOrder Write(RequestAction action, string note)
    {
        var body = new RequestBody(cluster, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), Issued, Issued + life, note, action);
        try
        {
            return new(Codec.Encode(body), []);
        }
        catch (ServiceException e)
        {
            throw Failures.From(e.Error, e);
        }
    }
}
