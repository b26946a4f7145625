namespace MpcSigner.Client;

/// <summary>Signs requests as this client, wherever its key is: a file, a token, a key service.</summary>
public interface IRequestSigner
{
    /// <value>Ed25519 public key (RFC 8032), 32 bytes. The client's id in the roster is the SHA-256 of its first key.</value>
    ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Ed25519 without pre-hash. Must be safe for concurrent use.</summary>
    /// <param name="message">The 32-byte digest of a request.</param>
    /// <returns>64 bytes.</returns>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation);
}
