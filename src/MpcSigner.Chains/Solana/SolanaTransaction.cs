using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains.Encoding;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Faults;

namespace MpcSigner.Chains.Solana;

/// <summary>A signed transaction as it is sent to the network: compact count, signatures in the order of the signers, message.</summary>
public sealed class SolanaTransaction
{
    private readonly byte[] _bytes;
    private readonly int _firstSignature;

    private SolanaTransaction(byte[] bytes, int firstSignature)
    {
        _bytes = bytes;
        _firstSignature = firstSignature;
    }

    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>What <c>sendTransaction</c> takes with encoding base64.</summary>
    public string ToBase64() => Convert.ToBase64String(_bytes);

    public string ToBase58() => Base58.Encode(_bytes);

    /// <summary>The transaction's id on the chain: the fee payer's signature in Base58.</summary>
    public string Id => Base58.Encode(_bytes.AsSpan(_firstSignature, SolanaMessageReader.SignatureSize));

    /// <summary>Puts message and signatures together. The message must ask for exactly the signers given; who signed what is not verified here.</summary>
    /// <param name="signatures">64 bytes for each required signer, in any order.</param>
    public static bool TryAssemble(ReadOnlySpan<byte> message, IReadOnlyDictionary<SolanaAddress, ReadOnlyMemory<byte>> signatures,
        [NotNullWhen(true)] out SolanaTransaction? transaction, [NotNullWhen(false)] out ServiceError? error)
    {
        transaction = null;
        if (!SolanaMessageReader.TryRead(message, out var read, out var problem))
            return Refuse($"Not a Solana message: {problem}.", "Assemble with the very bytes that were signed.", out error);

        var signers = read.Signers.ToArray();
        foreach (var stranger in signatures.Keys.Except(signers))
            return Refuse($"The transaction asks for no signature of {stranger}.", "Leave that signature out, or sign the message it belongs to.", out error);

        var writer = new ByteWriter(SolanaMessageReader.MaxTransactionBytes).U8(checked((byte)signers.Length)); // fits one packet, so below 128
        foreach (var signer in signers)
        {
            if (!signatures.TryGetValue(signer, out var signature))
                return Refuse($"The signature of {signer} is missing.", "Collect every required signer's signature first.", out error);
            if (signature.Length != SolanaMessageReader.SignatureSize)
                return Refuse($"The signature of {signer} has {signature.Length} bytes, not {SolanaMessageReader.SignatureSize}.", "Give the 64 bytes R ‖ z of Ed25519.", out error);
            writer.Bytes(signature.Span);
        }
        transaction = new(writer.Bytes(message).ToArray(), firstSignature: 1);
        error = null;
        return true;
    }

    private static bool Refuse(string message, string nextStep, out ServiceError error)
    {
        error = new(Reason.PayloadMalformed, message, nextStep);
        return false;
    }
}
