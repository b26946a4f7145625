using System.Security.Cryptography;

namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>An operation on bytes, which covers all of scalar arithmetic.</summary>
/// <param name="fixedInput">The input of the fixed class.</param>
/// <param name="draw">Makes random bytes of the same length an input of the random class.</param>
/// <param name="run">The operation: input, output.</param>
/// <param name="repeat">Runs a measurement: more for what is over in less time than the clock resolves.</param>
internal sealed class BytesCall(byte[] fixedInput, BytesCall.Draw draw, BytesCall.Operation run, int repeat = 1) : ITimedCall
{
    public delegate void Draw(Span<byte> input);

    public delegate void Operation(ReadOnlySpan<byte> input, Span<byte> output);

    private const int OutputSize = 64;

    private readonly byte[] _inputs = GC.AllocateArray<byte>(fixedInput.Length * SlotCount, pinned: true);
    private readonly byte[] _output = new byte[OutputSize];
    private readonly byte[] _drawn = new byte[fixedInput.Length];

    private const int SlotCount = 64;

    public int Slots => SlotCount;

    public void Prepare(int slot, bool random)
    {
        RandomNumberGenerator.Fill(_drawn);
        draw(_drawn);
        (random ? _drawn : fixedInput).CopyTo(Input(slot));
    }

    public void Run(int slot)
    {
        var input = Input(slot);
        for (var i = 0; i < repeat; i++)
            run(input, _output);
    }

    private Span<byte> Input(int slot) => _inputs.AsSpan(slot * fixedInput.Length, fixedInput.Length);

    public void Dispose() { }
}
