using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Keys;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A key generation of <paramref name="count"/> keys with its acknowledgements.</summary>
/// <param name="signed">Count the identity signatures on broadcasts, dealt shares and acknowledgements too.</param>
internal sealed class KeygenRun(Suite suite, int threshold, int parties, int count, bool signed = false) : IProtocolRun
{
    private const int LargestWarmUp = 32;

    private readonly Committee _committee = new(parties);

    public int PerRun => count;

    public long BytesPerParty { get; private set; }

    public void RunOnce(CpuMeter meter) => Generate(meter, count);

    public void WarmUp(CpuMeter meter) => Generate(meter, Math.Min(count, LargestWarmUp));

    private void Generate(CpuMeter meter, int keys)
    {
        var signatures = signed ? null : new IdentitySignatures(meter);
        var results = _committee.GenerateKeys(suite, threshold, keys, signatures, out var sent);
        if (results.Count != parties)
            throw new InvalidOperationException("a party has no result");
        foreach (var (pid, result) in results)
        {
            result.SignAck(_committee.Signer(pid, signatures));
            result.Dispose();
        }
        // Every party verifies of every other: round 1, round 2 with the dealt shares, round 3.
        signatures?.TakeOff(parties * (parties - 1) * 4);
        BytesPerParty = sent.Values.Max() / keys;
    }

    public void Dispose() => _committee.Dispose();
}
