namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>No locked memory can be had: the bound is reached, or the system refuses. Retry when load is lower, or raise the bound.</summary>
public sealed class SecureMemoryException(string message) : Exception(message);
