namespace MpcSigner.Cryptography.Secrets.Identities;

/// <summary>The identity key cannot sign now, because the token that holds it does not answer. The world's fault: nothing was signed, and the same call may succeed once the token is back.</summary>
/// <remarks>A machine that meets it in the middle of a step is given up like a process that died there; a new one begins when the token answers.</remarks>
/// <param name="message">Names the token and what it said, never a PIN or a key byte.</param>
public sealed class IdentityUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
