using MpcSigner.Core.Faults;

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

    /// <summary>A generation needs a secret or a token that the options do not name.</summary>
    SecretMissing,

    /// <summary>The token is not there, or does not answer: it may come back by itself.</summary>
    TokenUnavailable,

    /// <summary>The token refuses the PIN. Never tried again by itself: a few more lock it.</summary>
    WrongPin,

    /// <summary>The token's PIN is locked: an incident.</summary>
    PinLocked,

    /// <summary>The module or the token cannot serve: the options, the module's file, a mechanism. An operator has to act.</summary>
    TokenUnfit,

    /// <summary>A key in the token is weaker than it must be; the message names the attribute.</summary>
    WeakKey,

    /// <summary>Another node's keys are in the token: two nodes must never share one.</summary>
    OtherNodesToken,

    /// <summary>The token no longer holds a key that the file names: the file is older than the token, or somebody destroyed it.</summary>
    KeyGone,
}

/// <summary>A node's secrets were not opened; the message says which it is and what to do, and never the secret.</summary>
internal sealed class VaultException(VaultRefusal refusal, string message, Exception? inner = null) : Exception(message, inner)
{
    public VaultRefusal Refusal { get; } = refusal;

    /// <summary>The same may succeed later, without anybody's doing.</summary>
    public bool IsTokenLost => Refusal == VaultRefusal.TokenUnavailable;
}

/// <summary>A share cannot be had: it is not there, does not open, finds no locked memory, or its token does not answer. The world's fault, said without the share.</summary>
/// <param name="reason">One of those of a seal: SealUnavailable, Sealed, TokenLost.</param>
internal sealed class ShareUnavailableException(string message, Exception? inner = null, Reason reason = Reason.SealUnavailable) : Exception(message, inner)
{
    public Reason Reason { get; } = reason;
}
