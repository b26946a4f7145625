using MpcSigner.Core.Faults;

namespace MpcSigner.Core.Requests;

/// <summary>Writes request bodies: what a node composes itself, the orders of the roster's schedules, has the same one encoding as what others sign.</summary>
public interface IRequestEncoder
{
    /// <summary>The one encoding of a request.</summary>
    /// <exception cref="ServiceException">The request breaks a bound; a node would refuse it for the same reason.</exception>
    byte[] Encode(RequestBody request);
}
