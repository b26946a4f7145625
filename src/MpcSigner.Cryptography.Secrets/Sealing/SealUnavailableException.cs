namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>The token that holds a sealing key neither seals nor opens now. The world's fault; what is sealed stays as it is.</summary>
/// <param name="message">Names the token, never a key or a PIN.</param>
/// <param name="isTokenLost">It may come back by itself; else an operator has to act.</param>
/// <param name="inner">What the token's module said.</param>
public sealed class SealUnavailableException(string message, bool isTokenLost, Exception? inner = null) : Exception(message, inner)
{
    public bool IsTokenLost { get; } = isTokenLost;
}
