using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>M0 (spec §5): where a node's epochs stand and its fresh nonces, as itself sees the directions.</summary>
internal sealed record PairHandshake(PairEpochs Last, Bytes32 SendingNonce, Bytes32 ReceivingNonce)
{
    internal static PairHandshake Draw(PairEpochs last, IRandomSource random) => new(last, Nonce(random), Nonce(random));

    internal byte[] Encode() => new ByteWriter(SetupLayout.M0).U64(Last.Sending).U64(Last.Receiving).Bytes32(SendingNonce).Bytes32(ReceivingNonce).ToArray();

    /// <param name="message">Exactly <see cref="SetupLayout.M0"/> bytes.</param>
    internal static PairHandshake Decode(ReadOnlySpan<byte> message)
    {
        var reader = new ByteReader(message);
        return reader.U64(out var sending) && reader.U64(out var receiving) && reader.Bytes32(out var sendingNonce) && reader.Bytes32(out var receivingNonce) && reader.AtEnd
            ? new(new(sending, receiving), sendingNonce, receivingNonce)
            : throw new ArgumentException($"expected {SetupLayout.M0} bytes, got {message.Length}", nameof(message));
    }

    private static Bytes32 Nonce(IRandomSource random)
    {
        Span<byte> nonce = stackalloc byte[Bytes32.Size];
        random.Fill(nonce);
        return new(nonce);
    }
}
