namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A key generation of <paramref name="count"/> keys with its acknowledgements.</summary>
internal sealed class KeygenRun(int threshold, int parties, int count) : IProtocolRun
{
    private readonly Committee _committee = new(parties);

    public int PerRun => count;

    public long BytesPerParty { get; private set; }

    public void RunOnce()
    {
        var results = _committee.GenerateKeys(threshold, count, out var sent);
        if (results.Count != parties)
            throw new InvalidOperationException("a party has no result");
        foreach (var (pid, result) in results)
        {
            result.SignAck(_committee.Identity(pid));
            result.Dispose();
        }
        BytesPerParty = sent.Values.Max() / count;
    }

    public void Dispose() => _committee.Dispose();
}
