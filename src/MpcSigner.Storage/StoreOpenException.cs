namespace MpcSigner.Storage;

/// <summary>Why a store was not opened or created.</summary>
public enum StoreRefusal
{
    /// <summary>There is no store.</summary>
    Missing = 1,

    /// <summary>Creation found something in its place.</summary>
    AlreadyExists,

    /// <summary>A file, but not a database of this program.</summary>
    NotAStore,

    /// <summary>The database does not hold together.</summary>
    Damaged,
    OtherCluster,
    OtherNode,

    /// <summary>Written by a newer version of this program.</summary>
    NewerVersion,

    /// <summary>Another process has it open.</summary>
    InUse,

    /// <summary>The operating system refuses: permissions, a disk that is full or broken.</summary>
    Unavailable,
}

/// <summary>A store was refused at start; the message says which it is and what to do.</summary>
public sealed class StoreOpenException(StoreRefusal refusal, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreRefusal Refusal { get; } = refusal;
}
