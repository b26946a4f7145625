namespace MpcSigner.Cryptography.Secrets.Memory;

/// <summary>What locking of memory achieved so far.</summary>
/// <param name="Locked">Every slab is locked: none of it can reach swap.</param>
/// <param name="LockedBytes">Bytes whose lock was verified.</param>
/// <param name="UnlockedBytes">Bytes that are in use without a lock.</param>
/// <param name="Limit">RLIMIT_MEMLOCK in bytes; null if unlimited. (A privileged process is not bound by it.)</param>
public sealed record MemoryLockStatus(bool Locked, long LockedBytes, long UnlockedBytes, long? Limit)
{
    /// <summary>A sentence for the operator, with the remedy.</summary>
    public override string ToString() => Locked
        ? $"{LockedBytes} bytes locked"
        : $"{UnlockedBytes} bytes of secret memory are not locked (limit {Limit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}): "
          + "raise LimitMEMLOCK= of the service, or 'ulimit -l'";
}
