namespace MpcSigner.Node.Vault;

/// <summary>Why a node's secrets were not opened.</summary>
internal enum VaultRefusal
{
    /// <summary>The operator's secret cannot be read from where it should come from, or its form is out of bounds.</summary>
    SecretUnavailable = 1,

    /// <summary>The operator's secret is not the one that sealed this node.</summary>
    WrongSecret,

    /// <summary>The node was sealed under a secret of the other kind: a passphrase, or a key file.</summary>
    OtherKindOfSecret,

    /// <summary>The sealed file does not hold together.</summary>
    Damaged,

    /// <summary>Argon2id cannot have the memory that it asks for.</summary>
    NotEnoughMemory,

    /// <summary>The store's shares are sealed under another node's or another initialisation's key.</summary>
    OtherStore,
}

/// <summary>A node's secrets were not opened; the message says which it is and what to do, and never the secret.</summary>
internal sealed class VaultException(VaultRefusal refusal, string message, Exception? inner = null) : Exception(message, inner)
{
    public VaultRefusal Refusal { get; } = refusal;
}

/// <summary>A share cannot be had: it is not there, does not open, or finds no locked memory. The world's fault, said without the share.</summary>
internal sealed class ShareUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
