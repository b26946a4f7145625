namespace MpcSigner.Rpc;

/// <summary>Counts the memory of messages that are being received, over all calls of one server or channel.</summary>
/// <remarks>Without it, a thousand streams that each send all but the last byte of a message hold a thousand times the limit of one.</remarks>
internal sealed class ReceiveBudget(long capacity)
{
    private long _used;

    public long Used => Interlocked.Read(ref _used);

    public bool TryReserve(int bytes)
    {
        if (Interlocked.Add(ref _used, bytes) <= capacity)
            return true;
        Release(bytes);
        return false;
    }

    public void Release(int bytes) => Interlocked.Add(ref _used, -bytes);
}
