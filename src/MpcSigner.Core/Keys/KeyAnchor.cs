using MpcSigner.Core.Requests;

namespace MpcSigner.Core.Keys;

/// <summary>
/// What a key is known by to whoever sees it for the first time: the client's request that ordered it, and the record of generation 0 with the certificate of all nodes that the
/// request names. key_id = H("key-id"; H(order), k) binds the request, the request binds nodes, threshold and suite, the certificate binds public key and chain code, which never change (spec §9, §10).
/// </summary>
/// <remarks>Kept with the key for ever. Holding one says nothing of it: it is checked by whoever is shown it.</remarks>
/// <param name="Creation">The exact request; keys of one batch share it.</param>
/// <param name="Index">k, the key's place in its batch.</param>
/// <param name="Record">Of generation 0.</param>
/// <param name="Certificate">Encoded commit certificate of that record.</param>
public sealed record KeyAnchor(SignedRequest Creation, ushort Index, KeyRecord Record, ReadOnlyMemory<byte> Certificate);
