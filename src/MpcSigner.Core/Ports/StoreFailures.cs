namespace MpcSigner.Core.Ports;

/// <summary>A commit contradicted durable state: nothing of it was written. With a correct node this is our bug or a second writer.</summary>
public sealed class StoreConflictException(string message) : Exception(message);

/// <summary>The store cannot do its work: the world's fault, not the caller's and not a peer's.</summary>
/// <param name="message">What happened and what the operator can do.</param>
/// <param name="closed">
/// False: nothing was written, and the same call may be tried again. True: the store has closed itself, since after a failed flush
/// nobody knows what the disk holds; commits in flight were not acknowledged but may be found when the store is opened again.
/// </param>
public sealed class StoreUnavailableException(string message, bool closed, Exception? inner = null) : Exception(message, inner)
{
    public bool Closed { get; } = closed;
}
