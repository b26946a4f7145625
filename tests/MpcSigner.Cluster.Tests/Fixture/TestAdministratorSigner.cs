using MpcSigner.Client;
using MpcSigner.Cryptography.Secrets.Identities;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>The administrator's key as a signer of orders.</summary>
internal sealed class TestAdministratorSigner(IdentityKey key) : IRequestSigner
{
    public ReadOnlyMemory<byte> PublicKey { get; } = key.PublicKey.Bytes.ToArray();

    public ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation) => new(key.Sign(message.Span));
}
