using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Orders;

/// <summary>An order of administrators as it travels and is stored: the exact body, a request body like any client's, and who signed it.</summary>
/// <remarks>Without signatures it rests on a schedule of the signed roster, which its action names. Every node judges these very bytes.</remarks>
/// <param name="Signatures">Ascending by administrator, each once; each over H("client-request"; version, body), as a client's. Empty for a scheduled order.</param>
public sealed record SignedOrder(ReadOnlyMemory<byte> Body, IReadOnlyList<OrderSignature> Signatures)
{
    /// <summary>1,000 keys of 68 bytes each, two lists of 16 parties; the same as a client's request.</summary>
    public const int MaxBodyBytes = 1 << 20;

    public const int MaxSignatures = 64;
}

/// <param name="Signature">Ed25519, 64 bytes.</param>
public sealed record OrderSignature(AdministratorId Administrator, ReadOnlyMemory<byte> Signature);
