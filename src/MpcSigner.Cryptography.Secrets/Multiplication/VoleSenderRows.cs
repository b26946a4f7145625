using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Lanes;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.Multiplication;

using Word = Vector512<ulong>;

/// <summary>The 416 rows of a VOLE at its sender (spec §7), eight at a time: corrections, check values, outputs.</summary>
/// <remarks>Everything lies in one piece of locked memory, wiped with it.</remarks>
[DebuggerDisplay("<redacted>")]
internal sealed unsafe class VoleSenderRows : IDisposable
{
    /// <summary>Bytes of ã.</summary>
    internal const int CorrectionsSize = OtSizes.Xi * OtSizes.Width * ScalarSize;

    /// <summary>Bytes of what is hashed to μ.</summary>
    internal const int CheckSize = OtSizes.Xi * ScalarSize;

    private const int ScalarSize = SecretField.Size;
    private const int RowSize = OtSizes.Width * ScalarSize;
    private const int ChunkGroups = 13;
    private const int ChunkRows = ChunkGroups * LaneWord.Count;
    private const int PayloadSize = OtSizes.PayloadBlocks * SessionPermutation.BlockSize;
    private const int ChunkSize = ChunkRows * PayloadSize;
    private const int WideScalar = 64;

    /// <summary>α0 of all rows, loose, in limbs of 32 bits.</summary>
    private const int AlphaSize = Gadget.Groups * OtSizes.Width * LaneField.Limbs * LaneWord.Count * sizeof(uint);

    private readonly Gadget _gadget;
    private readonly SecureMemory _alpha = SecureMemory.Allocate(AlphaSize);
    private readonly SecureMemory _outputs = SecureMemory.Allocate(2 * ScalarSize);

    /// <param name="gadget">The curve's.</param>
    /// <param name="permutation">Under K_C.</param>
    /// <param name="rows">w_j: 416 rows of 16 bytes.</param>
    /// <param name="delta">Δ, 16 bytes.</param>
    /// <param name="inputs">a_0 ‖ a_1 ‖ â, canonical.</param>
    /// <param name="corrections">ã, j major: <see cref="CorrectionsSize"/> bytes.</param>
    internal VoleSenderRows(
        Gadget gadget, SessionPermutation permutation, ReadOnlySpan<byte> rows, ReadOnlySpan<byte> delta, ReadOnlySpan<byte> inputs, Span<byte> corrections)
    {
        if (rows.Length != OtSizes.OtRows || delta.Length != OtSizes.OtRowSize || inputs.Length != RowSize || corrections.Length != CorrectionsSize)
            throw new ArgumentException("the arguments have other sizes");
        _gadget = gadget;
        using var memory = SecureMemory.Allocate(2 * OtSizes.OtRows + 2 * ChunkSize);
        Span<byte> masks0 = memory.DangerousSpan[..OtSizes.OtRows], masks1 = memory.DangerousSpan.Slice(OtSizes.OtRows, OtSizes.OtRows);
        Span<byte> blocks0 = memory.DangerousSpan.Slice(2 * OtSizes.OtRows, ChunkSize), blocks1 = memory.DangerousSpan.Slice(2 * OtSizes.OtRows + ChunkSize, ChunkSize);
        // α0_j = CRH(K_C, j, w_j), α1_j = CRH(K_C, j, w_j ⊕ Δ).
        rows.CopyTo(masks0);
        var difference = Vector128.Create(delta);
        for (var at = 0; at < OtSizes.OtRows; at += OtSizes.OtRowSize)
            (Vector128.Create(rows[at..]) ^ difference).CopyTo(masks1[at..]);
        PayloadExpansion.Mask(permutation, masks0);
        PayloadExpansion.Mask(permutation, masks1);

        const int addendsAt = 2 * LaneField.WideLimbs, scratchAt = addendsAt + OtSizes.Width * LaneField.Limbs;
        Span<Word> working = stackalloc Word[scratchAt + 2 * LaneField.WideLimbs + LaneField.Limbs];
        working.Clear();
        fixed (Word* space = working)
        {
            Word* sums = space, addends = space + addendsAt;
            for (var k = 0; k < OtSizes.Width; k++)
                LaneBytes.Broadcast(inputs[(k * ScalarSize)..], addends + k * LaneField.Limbs);
            for (var first = 0; first < OtSizes.Xi; first += ChunkRows)
            {
                PayloadExpansion.Run(permutation, masks0, first, ChunkRows, blocks0);
                PayloadExpansion.Run(permutation, masks1, first, ChunkRows, blocks1);
                fixed (byte* m0 = masks0, m1 = masks1, b0 = blocks0, b1 = blocks1, output = corrections)
                {
                    for (var group = 0; group < ChunkGroups; group++)
                    {
                        var row = first + group * LaneWord.Count;
                        Correct(
                            row / LaneWord.Count, b0 + group * LaneWord.Count * PayloadSize, m0 + row * OtSizes.OtRowSize,
                            b1 + group * LaneWord.Count * PayloadSize, m1 + row * OtSizes.OtRowSize, addends, sums, space + scratchAt, output + row * RowSize);
                    }
                }
            }
            Finish(sums);
        }
        MemoryMarshal.AsBytes(working).Clear();
    }

    /// <summary>c_0 ‖ c_1 with c_k = −Σ_j g_j·α0_j[k].</summary>
    internal SecureMemory Outputs => _outputs;

    /// <summary>enc( α0_j[2] + θ_0·α0_j[0] + θ_1·α0_j[1] ) of all rows, one behind the other.</summary>
    /// <param name="check">Secret: <see cref="CheckSize"/> bytes of locked memory.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void WriteCheck(PublicScalar theta0, PublicScalar theta1, Span<byte> check)
    {
        if (check.Length != CheckSize)
            throw new ArgumentException($"expected {CheckSize} bytes, got {check.Length}", nameof(check));
        const int alphas = 4 * LaneField.Limbs, space = alphas + LaneField.WideLimbs;
        Span<Word> working = stackalloc Word[space + 2 * LaneField.Limbs];
        using var stored = _alpha.Borrow();
        fixed (Word* words = working)
        fixed (byte* alpha = stored.Span, output = check)
        {
            Word* loose = words + 3 * LaneField.Limbs, columns = words + alphas, thetas = words + space;
            LaneBytes.Broadcast(theta0.Encode(), thetas);
            LaneBytes.Broadcast(theta1.Encode(), thetas + LaneField.Limbs);
            for (var group = 0; group < Gadget.Groups; group++)
            {
                Unpack((Vector256<uint>*)alpha + group * OtSizes.Width * LaneField.Limbs, words);
                for (var i = 0; i < LaneField.WideLimbs; i++)
                    columns[i] = i < LaneField.Limbs ? words[2 * LaneField.Limbs + i] : Word.Zero;
                LaneField.MultiplyAdd(columns, words, thetas);
                LaneField.MultiplyAdd(columns, words + LaneField.Limbs, thetas + LaneField.Limbs);
                LaneField.Carry(columns);
                _gadget.Field.Reduce(columns, loose);
                _gadget.Field.Canonicalize(loose);
                LaneBytes.Write(loose, output + group * LaneWord.Count * ScalarSize, ScalarSize);
            }
        }
        MemoryMarshal.AsBytes(working).Clear();
    }

    public override string ToString() => "VoleSenderRows(<redacted>)";

    public void Dispose()
    {
        _alpha.Dispose();
        _outputs.Dispose();
    }

    /// <summary>Eight rows: ã_j[k] = α0_j[k] − α1_j[k] + a_k, k = 0, 1, and with â for k = 2; α0 is kept, g_j·α0_j[k] is added up.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Correct(int group, byte* blocks0, byte* masks0, byte* blocks1, byte* masks1, Word* addends, Word* sums, Word* scratch, byte* output)
    {
        var field = _gadget.Field;
        Word* zero = scratch, one = scratch + LaneField.WideLimbs, loose = one + LaneField.WideLimbs;
        var kept = (Vector256<uint>*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_alpha.DangerousSpan)) + group * OtSizes.Width * LaneField.Limbs;
        for (var k = 0; k < OtSizes.Width; k++)
        {
            LaneBytes.ReadWide(blocks0 + k * WideScalar, PayloadSize, masks0, zero);
            LaneBytes.ReadWide(blocks1 + k * WideScalar, PayloadSize, masks1, one);
            field.Reduce(zero, loose);
            for (var i = 0; i < LaneField.Limbs; i++)
                kept[k * LaneField.Limbs + i] = Vector256.Narrow(loose[i].GetLower(), loose[i].GetUpper());
            if (k < 2)
            {
                LaneField.MultiplyAdd(sums + k * LaneField.WideLimbs, loose, _gadget.Elements(group));
                if (group % LaneField.MaxProducts == LaneField.MaxProducts - 1)
                    LaneField.Carry(sums + k * LaneField.WideLimbs);
            }
            field.Subtract(zero, one);
            for (var i = 0; i < LaneField.Limbs; i++)
                zero[i] += addends[k * LaneField.Limbs + i];
            field.Reduce(zero, loose);
            field.Canonicalize(loose);
            LaneBytes.Write(loose, output + k * ScalarSize, RowSize);
        }
    }

    private void Finish(Word* sums)
    {
        var field = SecretField.For(_gadget.Group);
        for (var k = 0; k < 2; k++)
        {
            var output = _outputs.DangerousSpan.Slice(k * ScalarSize, ScalarSize);
            LaneOutput.Write(_gadget.Field, sums + k * LaneField.WideLimbs, output);
            field.Negate(output, output);
        }
    }

    private static void Unpack(Vector256<uint>* packed, Word* words)
    {
        for (var i = 0; i < OtSizes.Width * LaneField.Limbs; i++)
        {
            var (lower, upper) = Vector256.Widen(packed[i]);
            words[i] = Vector512.Create(lower, upper);
        }
    }
}
